// what: a retry policy that awaits without end
// want: error policy
// engine
// retry: {"shouldRetry": "async () => { for (;;) await 0; }"}
// timeoutMs: 1500
// text: retry.shouldRetry: no answer within 1.5s
() => { throw new Error("first"); }
