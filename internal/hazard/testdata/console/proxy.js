// what: logs a proxy all of whose traps throw
// want: error code | completed 1
() => { console.log(new Proxy(() => {}, new Proxy({}, { get() { throw new Error("trap"); } }))); return 1; }
