// what: a retry policy whose promise never settles
// want: error policy | error timeout
// engine
// timeoutMs: 1500
// retry: {"shouldRetry": "() => new Promise(() => {})"}
() => { throw new Error("first"); }
