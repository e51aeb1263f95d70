// what: throws a proxy all of whose traps throw
// want: error code
() => { throw new Proxy({}, new Proxy({}, { get() { throw new Error("trap"); } })); }
