// what: a retry policy that hoards
// want: error policy | error memory
// engine
// retry: {"shouldRetry": "() => { const a = []; for (;;) a.push([a.length]); }"}
() => { throw new Error("first"); }
