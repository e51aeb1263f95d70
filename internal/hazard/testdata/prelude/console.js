// what: console is replaced by something that throws
// want: completed 1
async () => {
  globalThis.console = null;
  return await items.echo(1);
}
