// what: keeps large big integers
// want: error memory
() => { const a = []; let n = 1n << 1000000n; for (;;) { n += 1n; a.push(n); } }
