// what: a getter of the result throws a proxy
// want: error code
() => ({ get a() { throw new Proxy({}, { get() { throw 1; } }); } })
