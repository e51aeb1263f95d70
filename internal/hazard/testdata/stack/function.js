// what: a function that calls itself
// want: error stack
() => { function f() { return f() + 1; } return f(); }
