// what: a generator that delegates to itself for ever
// want: error stack | error memory
() => {
  function* g() { yield* g(); }
  return g().next();
}
