// what: a result that contains itself
// want: completed *
// text: 
() => { const a = { b: new Map() }; a.b.set(a, a); return a; }
