// what: a proxy whose traps give other keys each time
// want: completed * | error value | error code
async () => {
  let n = 0;
  const p = new Proxy({}, {
    ownKeys: () => { n++; return ["a" + n, "b" + n]; },
    getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
    get: (_, k) => (k === "toJSON" ? undefined : n++),
  });
  await items.echo(p);
  return n > 0;
}
