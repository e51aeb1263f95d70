// what: strings and numbers have a toJSON, which does not count
// want: completed ["a",1]
async () => {
  String.prototype.toJSON = Number.prototype.toJSON = () => "forged";
  return await items.echo(["a", 1]);
}
