// what: an argument whose getter makes a call with itself
// want: error stack
async () => {
  const arg = { get a() { items.echo(arg); return 1; } };
  return await items.echo(arg);
}
