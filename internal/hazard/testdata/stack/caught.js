// what: recursion inside of a catch-all: a stack that overflowed cannot be caught
// want: error stack
() => {
  function f() { try { return f() + 1; } catch { return 1; } finally { console.log("x"); } }
  return f();
}
