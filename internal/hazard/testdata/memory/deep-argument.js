// what: calls with an array that is a hundred thousand levels deep
// want: error value
async () => {
  let a = [];
  for (let i = 0; i < 1e5; i++) a = [a];
  return await items.echo(a);
}
