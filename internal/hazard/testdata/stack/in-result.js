// what: recursion in a getter of the result
// want: error stack
() => ({ get x() { const f = () => f() + 1; return f(); } })
