// what: keeps the walker of a map, and uses it while another part of the value is taken
// want: completed * | error value | error code
async () => {
  let walk;
  Map.prototype.forEach = function (f) { walk = f; f(1, 2); };
  return await items.echo({ m: new Map(), get n() { walk(3, 4); return { get deeper() { walk(5, 6); return 1; } }; } });
}
