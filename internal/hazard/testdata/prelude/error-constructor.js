// what: the global Error is a function that loops
// want: error call | error code
async () => {
  globalThis.Error = globalThis.TypeError = function () { for (;;); };
  return await items.nope();
}
