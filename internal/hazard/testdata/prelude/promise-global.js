// what: the global Promise is replaced
// want: completed 1
async () => {
  globalThis.Promise = class { constructor() { throw new Error("mine"); } };
  return await items.echo(1);
}
