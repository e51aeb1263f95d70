// what: an array whose species gives something else
// want: completed * | error code
async () => {
  class A extends Array { static get [Symbol.species]() { return function (n) { return new Proxy(new Array(5), { defineProperty: () => true, set: () => true }); }; } }
  return await items.echo([...A.from([1, 2, 3]).map((x) => x).filter(() => true)]);
}
