// what: logs a typed array of twenty million bytes
// want: completed 1 | error memory
() => { console.log(new Uint8Array(2e7)); return 1; }
