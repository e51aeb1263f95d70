// what: a proxy with traps that throw as the result
// want: error code
// text: trapped
() => new Proxy({}, { ownKeys() { throw new Error("trapped"); } })
