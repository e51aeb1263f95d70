// what: logs an object that contains itself
// want: completed 1
() => { const o = { a: [] }; o.a.push(o); o.m = new Map([[o, o]]); console.log(o, [o]); return 1; }
