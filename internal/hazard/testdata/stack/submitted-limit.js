// what: a recursion of fifty that the submission itself does not allow
// want: error stack
// limits: {"stack": 40}
() => { const f = (n) => n === 0 ? 0 : 1 + f(n - 1); return f(50); }
