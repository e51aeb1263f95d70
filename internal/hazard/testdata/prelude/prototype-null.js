// what: takes the prototypes away from what is in reach
// want: completed [1]
async () => {
  Object.setPrototypeOf(Array.prototype, null);
  Object.setPrototypeOf(Promise.prototype, null);
  Object.setPrototypeOf(Function.prototype, null);
  return await items.echo([1]);
}
