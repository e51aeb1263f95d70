// what: logs an object that customises how it is shown
// want: completed 1 | error timeout
// timeoutMs: 1500
() => { console.log({ [Symbol.for("nodejs.util.inspect.custom")]() { for (;;); }, [Symbol.toStringTag]: "\n\n" }); return 1; }
