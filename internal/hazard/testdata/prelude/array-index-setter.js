// what: a setter on the first index of all arrays
// want: completed [1,2,3]
async () => {
  Object.defineProperty(Array.prototype, 0, { set() { throw new Error("seen"); }, get: () => 7, configurable: true });
  return await items.echo([1, 2, 3]);
}
