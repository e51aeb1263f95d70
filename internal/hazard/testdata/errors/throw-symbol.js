// what: throws a symbol
// want: error code
() => { throw Symbol("x"); }
