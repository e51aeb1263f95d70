// what: Promise.prototype.constructor is a class that takes over
// want: completed 1 | error code
async () => {
  Promise.prototype.constructor = class { constructor(f) { f(() => {}, () => {}); } static [Symbol.species]() {} };
  return await items.echo(1);
}
