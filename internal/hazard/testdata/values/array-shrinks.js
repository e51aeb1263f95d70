// what: an array that empties itself while it is read
// want: completed [1,1]
async () => {
  const a = [1, 2, 3, 4];
  Object.defineProperty(a, 1, { get() { a.length = 0; return 1; }, configurable: true, enumerable: true });
  return await items.echo(a);
}
