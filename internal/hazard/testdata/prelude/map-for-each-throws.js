// what: Set.prototype.forEach throws half-way
// want: error code
// text: half-way
async () => {
  Set.prototype.forEach = function (f) { f(1); throw new Error("half-way"); };
  return await items.echo([1, new Set([1])]);
}
