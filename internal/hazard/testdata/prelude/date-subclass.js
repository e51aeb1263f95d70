// what: a Date whose toJSON is the script's own
// want: completed *
async () => {
  class D extends Date { toJSON() { return "forged"; } }
  return typeof (await items.echo(new D(0)));
}
