// what: a retry policy that never answers
// want: error policy | error timeout | error code
// engine
// timeoutMs: 1500
// retry: {"shouldRetry": "() => { for (;;); }"}
() => { throw new Error("first"); }
