// what: a valueOf that converts itself
// want: error stack
() => { const o = { valueOf: () => o + 1 }; return o + 1; }
