// what: logs a million arguments
// want: completed 1 | error memory
() => { console.log(...new Array(1e6).fill("x")); return 1; }
