// what: logs an object with half a million keys
// want: completed 1 | error memory
() => { const o = {}; for (let i = 0; i < 3e5; i++) o["k" + i] = 1; console.log(o); return 1; }
