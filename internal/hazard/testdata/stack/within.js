// what: a recursion of a thousand, which is allowed
// want: completed 1000
() => { const f = (n) => n === 0 ? 0 : 1 + f(n - 1); return f(1000); }
