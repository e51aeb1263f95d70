// what: a retry policy that does not parse
// want: error request | error policy
// engine
// retry: {"shouldRetry": "((((("}
() => { throw new Error("first"); }
