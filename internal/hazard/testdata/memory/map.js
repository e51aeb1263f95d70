// what: a Map that grows without end
// want: error memory
() => { const m = new Map(); for (let i = 0; ; i++) m.set("key" + i, [i]); }
