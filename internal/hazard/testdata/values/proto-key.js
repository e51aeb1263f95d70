// what: a key __proto__ goes out and comes back
// want: completed [true,1,"undefined"]
async () => {
  const v = await items.echo(JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}}}'));
  return [Object.hasOwn(v, "__proto__"), v.__proto__.x, typeof {}.x];
}
