// what: a million methods looked up
// want: completed 1000000 | error memory
() => { let n = 0; for (let i = 0; i < 1e6; i++) if (items["m" + i]) n++; return n; }
