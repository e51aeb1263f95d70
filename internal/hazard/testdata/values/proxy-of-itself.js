// what: a proxy that gives itself for every key
// want: error value | error size
async () => {
  const p = new Proxy({}, { get: (_, k) => (k === "toJSON" ? undefined : p), ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) });
  return await items.echo(p);
}
