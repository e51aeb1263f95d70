// what: enumerable getters on all objects
// want: completed {"a":1}
async () => {
  Object.defineProperty(Object.prototype, "extra", { get() { throw new Error("read"); }, enumerable: true });
  return await items.echo({ a: 1 });
}
