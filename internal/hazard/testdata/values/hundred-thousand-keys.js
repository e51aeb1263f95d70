// what: an argument with fifty thousand keys, which is allowed
// want: completed 50000
async () => {
  const o = {};
  for (let i = 0; i < 5e4; i++) o["k" + i] = i;
  return Object.keys(await items.echo(o)).length;
}
