// what: Object.keys and friends are replaced
// want: completed {"a":1}
async () => {
  Object.keys = Object.entries = Object.getOwnPropertyNames = Reflect.ownKeys = () => ["forged"];
  return await items.echo({ a: 1 });
}
