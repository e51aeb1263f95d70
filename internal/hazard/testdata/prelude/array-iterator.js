// what: iterating arrays throws
// want: completed [1,2]
async () => {
  Array.prototype[Symbol.iterator] = () => { throw new Error("gone"); };
  return await items.echo([1, 2]);
}
