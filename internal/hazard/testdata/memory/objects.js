// what: keeps objects without end
// want: error memory
() => { let o = {}; for (;;) o = { o, p: {} }; }
