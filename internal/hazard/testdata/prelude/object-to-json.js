// what: every object has a toJSON that gives another object with a toJSON
// want: completed 1 | error code | error value | error stack
async () => {
  Object.prototype.toJSON = function () { return { toJSON: 1, again: 1 }; };
  return (await items.echo({})).again;
}
