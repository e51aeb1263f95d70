// what: halves of surrogate pairs in strings
// want: completed [true,true]
async () => {
  const v = await items.echo(["\udfff", { s: "\ud83d" }]);
  return [v[0] === "\udfff", v[1].s === "\ud83d"];
}
