// what: an array that grows with every element that is read
// want: error size | error timeout | error memory
// timeoutMs: 6000
async () => {
  const a = [];
  const next = (i) => Object.defineProperty(a, i, { get() { next(i + 1); return i; }, enumerable: true, configurable: true });
  next(0);
  return (await items.echo(a)).length;
}
