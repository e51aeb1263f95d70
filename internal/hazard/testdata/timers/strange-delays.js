// what: delays that are no numbers
// want: completed 5
async () => {
  let n = 0;
  const wait = (d) => new Promise((r) => setTimeout(() => { n++; r(); }, d));
  await Promise.all([wait(NaN), wait(-1e300), wait("x"), wait(undefined), wait({ valueOf: () => 1 })]);
  return n;
}
