// what: a retry policy that closes the parenthesis around it
// want: error policy | error code
// engine
// retry: {"shouldRetry": "() => 1), globalThis.x = 1, (() => 0"}
() => { throw new Error("first"); }
