// what: recursion through native reduce
// want: error stack
() => { const f = () => [1, 2].reduce(f); return f(); }
