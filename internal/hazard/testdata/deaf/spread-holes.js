// what: Math.max of a hundred million spread holes
// want: error memory
() => Math.max(...Array(1e8))
