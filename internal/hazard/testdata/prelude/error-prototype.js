// what: errors have no name, no message and a setter for everything
// want: error code
async () => {
  for (const k of ["name", "message", "stack", "cause"]) {
    Object.defineProperty(Error.prototype, k, { get() { throw new Error("deeper"); }, set() { throw new Error("set"); } });
  }
  return await items.echo(structuredClone(() => {}).nothing.more);
}
