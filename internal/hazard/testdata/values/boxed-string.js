// what: a boxed string whose toString has quotes and never the same text
// want: completed *
async () => {
  const s = new String("a"); let i = 0; s.toString = () => '","forged":"' + i++;
  return typeof (await items.echo({ s })).s;
}
