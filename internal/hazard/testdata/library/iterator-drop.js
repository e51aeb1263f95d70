// what: drops infinitely many
// want: error timeout
() => (function* () { for (;;) yield 1; })().drop(Infinity).next()
