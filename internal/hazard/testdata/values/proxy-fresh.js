// what: a proxy that gives a fresh proxy for every key
// want: error value | error size
async () => {
  const make = () => new Proxy({}, { get: (_, k) => (k === "toJSON" ? undefined : make()), ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) });
  return await items.echo(make());
}
