// what: a delay by a catastrophic regular expression
// want: error policy | error timeout
// engine
// timeoutMs: 1500
// retry: {"maxAttempts": 2, "on": ["error"], "delayMs": "() => /^(?:(?=a)a+)+$/.test('a'.repeat(40) + '!')"}
() => { throw new Error("first"); }
