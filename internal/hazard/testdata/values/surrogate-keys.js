// what: halves of surrogate pairs in keys
// want: error value
async () => {
  const v = await items.echo({ "\ud800": "x" });
  return [Object.keys(v)[0] === "\ud800", v["\ud800"]];
}
