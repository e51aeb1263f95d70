// what: a promise subclass whose species is hostile
// want: completed 1 | error code
async () => {
  class P extends Promise { static get [Symbol.species]() { return function (f) { f(() => {}, () => {}); }; } }
  await items.echo(1).then.call(P.resolve(1), () => 2);
  return 1;
}
