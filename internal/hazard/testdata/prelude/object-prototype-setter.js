// what: a setter on all objects for a key of a result
// want: completed {"a":1,"b":{"a":2}}
async () => {
  Object.defineProperty(Object.prototype, "a", { set() { throw new Error("seen"); }, get: () => 9 });
  return await items.echo(JSON.parse('{"a":1,"b":{"a":2}}'));
}
