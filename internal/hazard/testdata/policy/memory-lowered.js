// what: a retry policy that hoards more than the submission allows
// want: error policy
// engine
// text: retry.shouldRetry: out of memory: the code used more than 32 MB
// limits: {"memoryMB": 32}
// retry: {"shouldRetry": "() => { const a = []; while (a.length < 1e6) a.push([a.length]); return true; }"}
() => { throw new Error("first"); }
