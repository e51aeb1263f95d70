// what: one line of twenty megabytes
// want: completed 1 | error memory
() => { console.log("x".repeat(2e7)); return 1; }
