// what: a chain of optional members
// want: error syntax
() => { const a = {}; return a/*repeat 200000 "?.a"*/; }
