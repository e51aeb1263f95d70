// what: recursion through bound functions and apply
// want: error stack
() => { function f() { return g.apply(null, []); } const g = f.bind(null); return f(); }
