// what: every object is a thenable that loops
// want: error timeout
async () => {
  Object.prototype.then = function () { for (;;); };
  return await items.echo({ a: 1 });
}
