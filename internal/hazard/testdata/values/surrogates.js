// what: halves of surrogate pairs in keys and strings
// want: completed [true,true,true]
async () => {
  const v = await items.echo({ "\ud800": "\udfff", s: "\ud83d" });
  return [Object.keys(v)[0] === "\ud800", v["\ud800"] === "\udfff", v.s === "\ud83d"];
}
