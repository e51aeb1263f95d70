// what: every object is a thenable that never settles
// want: error stuck | error timeout
// engine
// timeoutMs: 1500
async () => {
  Object.prototype.then = function () {};
  return await items.echo({ a: 1 });
}
