// what: properties of all functions have getters that throw
// want: completed 1
async () => {
  for (const k of ["name", "length", "prototype", "then", "toJSON"]) {
    Object.defineProperty(Function.prototype, k, { get() { throw new Error(k); }, configurable: true });
  }
  return await items.echo(1);
}
