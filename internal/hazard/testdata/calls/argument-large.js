// what: one call with an argument of fifteen megabytes
// want: completed 1 | error memory
async () => { await items.nothing("x".repeat(15e6)); return 1; }
