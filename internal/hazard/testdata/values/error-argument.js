// what: an error whose name and message are objects
// want: completed * | error code | error value
async () => {
  const e = new Error("x"); e.name = { toString: () => '"}' }; e.message = ["a", { b: 1 }];
  return typeof (await items.echo(e));
}
