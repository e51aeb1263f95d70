// what: throws a proxy of an error
// want: error code
() => { throw new Proxy(new Error("inner"), { get() { throw new Error("outer"); } }); }
