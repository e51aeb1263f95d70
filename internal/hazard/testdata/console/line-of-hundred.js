// what: one line of four hundred megabytes
// want: error memory
() => { const s = "x".repeat(1e8); console.log(s, s, s, s); return 1; }
