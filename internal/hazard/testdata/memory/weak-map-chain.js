// what: a WeakMap whose values keep the next key
// want: error memory | error timeout
// timeoutMs: 6000
() => { const m = new WeakMap(); const first = {}; let k = first; for (;;) { const n = {}; m.set(k, n); k = n; } }
