// what: Promise.prototype.then throws
// want: completed 1
async () => {
  Promise.prototype.then = () => { throw new Error("gone"); };
  return await items.echo(1);
}
