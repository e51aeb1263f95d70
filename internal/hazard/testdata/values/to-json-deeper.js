// what: a toJSON whose result has an object with a toJSON, without end
// want: error value | error size
async () => {
  const make = () => ({ toJSON: () => ({ a: make() }) });
  return await items.echo(make());
}
