// what: every array has a toJSON that throws
// want: error code
// text: not today
async () => {
  Array.prototype.toJSON = () => { throw new Error("not today"); };
  return await items.echo([1, 2]);
}
