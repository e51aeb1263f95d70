// what: the setter of __proto__ is replaced
// want: completed 1
async () => {
  Object.defineProperty(Object.prototype, "__proto__", { set() { throw new Error("seen"); }, get() { throw new Error("read"); } });
  return await items.echo(1);
}
