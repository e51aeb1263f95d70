// what: an array of four billion holes as the result
// want: completed *
// engine
() => { const a = []; a.length = 2 ** 32 - 1; return a; }
