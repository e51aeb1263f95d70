// what: an argument that is changed after the call
// want: completed {"list":[1]}
async () => {
  const a = { list: [1] };
  const p = items.echo(a);
  a.list.push(2);
  a.more = true;
  return await p;
}
