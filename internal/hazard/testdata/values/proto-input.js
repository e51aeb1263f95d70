// what: keys of envelopes in an argument stay what they are
// want: completed true
async () => {
  const a = { __codemode_value_v1__: "Date", data: "2026" };
  const v = await items.echo(a);
  return JSON.stringify(v) === JSON.stringify(a);
}
