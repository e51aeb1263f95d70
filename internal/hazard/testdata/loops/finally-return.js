// what: a finally that swallows the end of the function and loops
// want: error timeout
async () => {
  const f = () => {
    try {
      throw new Error("x");
    } finally {
      return f2();
    }
  };
  const f2 = () => { for (;;) try { f3(); } finally { continue; } };
  const f3 = () => { throw 1; };
  return f();
}
