// what: an argument whose getter makes calls of its own
// want: completed {"a":{"b":1}}
async () => {
  const all = [];
  const v = await items.echo({ get a() { all.push(items.echo({ b: 2 })); return { b: 1 }; } });
  await Promise.all(all);
  return v;
}
