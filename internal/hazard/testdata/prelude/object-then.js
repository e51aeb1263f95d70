// what: every object is a thenable that gives something else
// want: completed 7
async () => {
  Object.prototype.then = function (resolve) { resolve(7); };
  return await items.echo({ a: 1 });
}
