// what: an object that gets keys without end
// want: error memory
() => { const o = {}; for (let i = 0; ; i++) o["k" + i] = 1; }
