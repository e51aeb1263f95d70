// what: a stack of disposals that push more
// want: error stack | error timeout | error memory
() => { const s = new DisposableStack(); const push = (t) => t.defer(() => { const u = new DisposableStack(); push(u); push(u); u.dispose(); }); push(s); s.dispose(); }
