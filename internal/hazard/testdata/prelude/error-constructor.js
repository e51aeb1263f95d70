// what: the global Error is a function that loops
// want: error timeout | error call | error code
// timeoutMs: 1500
async () => {
  globalThis.Error = globalThis.TypeError = function () { for (;;); };
  return await items.nope();
}
