// what: a retry policy that throws a proxy
// want: error policy
// engine
// retry: {"shouldRetry": "() => { throw new Proxy({}, { get() { throw 1; } }); }"}
() => { throw new Error("first"); }
