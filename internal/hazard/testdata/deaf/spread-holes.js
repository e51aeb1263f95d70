// what: Math.max of a hundred million spread holes
// want: error memory | error timeout
// timeoutMs: 3000
() => Math.max(...Array(1e8))
