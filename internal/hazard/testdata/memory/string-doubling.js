// what: doubles a string without end
// want: error memory
() => { let s = "x"; for (;;) s += s; }
