// what: the methods of arrays throw
// want: completed [1,2]
async () => {
  for (const k of Object.getOwnPropertyNames(Array.prototype)) {
    if (typeof Array.prototype[k] === "function" && k !== "constructor") Array.prototype[k] = () => { throw new Error(k); };
  }
  return await items.echo([1, 2]);
}
