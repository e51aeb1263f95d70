// what: Function.prototype.call and apply are replaced
// want: completed 5
async () => {
  Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error("gone"); };
  console.log("still here");
  return await items.echo(5);
}
