// what: generators that are suspended and kept
// want: error memory
() => { const a = []; function* g() { const x = new Array(100).fill(1); yield x; } for (;;) { const it = g(); it.next(); a.push(it); } }
