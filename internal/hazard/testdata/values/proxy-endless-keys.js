// what: a proxy with a million keys of a thousand letters
// want: error memory | error size | error code
async () => {
  const keys = Array.from({ length: 1e6 }, (_, i) => "k".repeat(1000) + i);
  return await items.echo(new Proxy({}, { ownKeys: () => keys, getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) }));
}
