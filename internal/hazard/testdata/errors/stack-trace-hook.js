// what: hooks into the making of stack traces
// want: error code
// text: plain
() => { Error.prepareStackTrace = () => { for (;;); }; Error.stackTraceLimit = Infinity; Error.captureStackTrace?.({}); throw new Error("plain"); }
