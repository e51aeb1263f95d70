// what: Set.prototype.forEach never ends
// want: error size | error timeout | error memory
// timeoutMs: 6000
async () => {
  Set.prototype.forEach = function (f) { for (;;) f(1); };
  return await items.echo(new Set([1]));
}
