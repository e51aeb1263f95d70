// what: a retry policy that never ends while it is read
// want: error policy
// engine
// retry: {"shouldRetry": "(() => { for (;;); })()"}
// timeoutMs: 1500
// text: retry.shouldRetry: no answer within 1.5s
() => { throw new Error("first"); }
