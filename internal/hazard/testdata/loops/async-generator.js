// what: an endless async generator
// want: error timeout
async () => {
  async function* g() { for (;;) yield 1; }
  for await (const x of g()) if (x === 2) return x;
}
