// what: long arrays of holes, written at their ends
// want: completed 4294967295 | error memory
() => { const a = []; a[2 ** 32 - 2] = 1; return a.length; }
