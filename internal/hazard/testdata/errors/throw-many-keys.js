// what: throws an object with half a million keys
// want: error code | error memory
() => { const o = {}; for (let i = 0; i < 3e5; i++) o["k" + i] = 1; throw o; }
