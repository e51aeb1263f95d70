// what: logs a graph with 2**40 paths
// want: completed 1 | error memory | error timeout
// timeoutMs: 6000
() => { let o = { x: 1 }; for (let i = 0; i < 40; i++) o = { o, p: o }; console.log(o); return 1; }
