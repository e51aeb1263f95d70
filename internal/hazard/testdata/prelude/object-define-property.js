// what: Object.defineProperty is replaced
// want: completed {"a":1}
async () => {
  Object.defineProperty = Object.defineProperties = Reflect.defineProperty = () => { throw new Error("gone"); };
  return await items.echo({ a: 1 });
}
