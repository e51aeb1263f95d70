// what: a retry policy that recurses
// want: error policy
// engine
// retry: {"shouldRetry": "function f() { return f() + 1; }"}
() => { throw new Error("first"); }
