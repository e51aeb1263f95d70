// what: the result has a then that never settles
// want: error stuck | error timeout
// engine
// timeoutMs: 1500
() => ({ then() {} })
