// what: logs long lines in a loop without end
// want: error timeout | error memory
// timeoutMs: 1500
() => { const s = "x".repeat(100000); for (;;) console.log(s); }
