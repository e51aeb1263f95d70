// what: Map.prototype.forEach gives other members than the map has
// want: completed * | error value | error code
async () => {
  Map.prototype.forEach = function (f) { f(1, 2); f(undefined, () => {}); f(Symbol("x"), NaN); };
  return await items.echo(new Map([["a", 1]]));
}
