// what: flattens iterators that give iterators, for ever
// want: error stack | error timeout
() => { const f = (n) => (function* () { yield n; })().flatMap(() => f(n + 1)); return f(0).next(); }
