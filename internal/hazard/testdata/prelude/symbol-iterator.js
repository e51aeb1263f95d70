// what: Symbol is replaced
// want: completed [1]
async () => {
  globalThis.Symbol = { iterator: "x" };
  return await items.echo([1]);
}
