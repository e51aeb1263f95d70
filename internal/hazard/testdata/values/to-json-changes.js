// what: a toJSON that changes what is being walked
// want: completed * | error value | error size | error memory
async () => {
  const a = [];
  const grow = { toJSON() { a.push(grow, grow); return 1; } };
  a.push(grow);
  return (await items.echo(a)).length;
}
