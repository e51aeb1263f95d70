// what: a toJSON that returns its own object
// want: completed {"a":1}
async () => {
  const o = { a: 1 };
  Object.defineProperty(o, "toJSON", { value: () => o });
  return await items.echo(o);
}
