// what: clones a map of a million entries again and again
// want: error memory | error timeout
() => { let m = new Map(); for (let i = 0; i < 1e6; i++) m.set(i, {}); const all = []; for (;;) all.push(structuredClone(m)); }
