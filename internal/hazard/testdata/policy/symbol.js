// what: a retry policy that throws a symbol
// want: error policy
// engine
// retry: {"shouldRetry": "() => { throw Symbol(\"x\"); }"}
() => { throw new Error("first"); }
