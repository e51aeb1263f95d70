// what: a delay that recurses deeper than the submission allows
// want: error policy
// engine
// text: retry.delayMs: RangeError: maximum call stack size exceeded: more than 100 calls deep
// limits: {"stack": 100}
// retry: {"maxAttempts": 3, "on": ["error"], "delayMs": "() => { const f = (n) => n ? f(n - 1) + 1 : 0; return f(200); }"}
() => { throw new Error("first"); }
