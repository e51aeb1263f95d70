// what: a toJSON whose result has two of its like, without end
// want: error value | error size | error timeout
// timeoutMs: 6000
async () => {
  const make = () => ({ toJSON: () => ({ a: make(), b: make() }) });
  return await items.echo(make());
}
