// what: uses the walker of a map after the value has left
// want: completed * | error value | error code
async () => {
  let walk;
  Map.prototype.forEach = function (f) { walk = f; f(1, 2); };
  const p = items.echo(new Map());
  walk(3, 4);
  for (let i = 0; i < 1000; i++) walk("x".repeat(1000), i);
  return await p;
}
