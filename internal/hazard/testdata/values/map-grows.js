// what: a map that grows while it is read
// want: completed * | error size | error timeout | error memory
// timeoutMs: 6000
async () => {
  const m = new Map();
  const make = (i) => ({ get x() { m.set(i + 1, make(i + 1)); return i; } });
  m.set(0, make(0));
  return (await items.echo(m)).size;
}
