// what: walks a map inside of the walk of the same map
// want: completed * | error value | error code
async () => {
  let depth = 0;
  Map.prototype.forEach = function (f) { if (depth++ < 5) f({ get x() { f(1, 2); return 3; } }, 4); };
  return await items.echo(new Map());
}
