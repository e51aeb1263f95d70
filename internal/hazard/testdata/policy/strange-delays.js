// what: delays that are no numbers
// want: error code
// text: again
// engine
// retry: {"maxAttempts": 3, "on": ["error"], "delayMs": "(c) => c.attempt === 1 ? -1e300 : NaN"}
() => { throw new Error("again"); }
