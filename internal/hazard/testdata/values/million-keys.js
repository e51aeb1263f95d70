// what: an argument with a million keys
// want: error memory | completed 1000000
async () => {
  const o = {};
  for (let i = 0; i < 1e6; i++) o["k" + i] = i;
  return Object.keys(await items.echo(o)).length;
}
