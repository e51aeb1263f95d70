// what: encodes what it encoded, without end
// want: error memory
() => { let s = "x".repeat(100); for (;;) s = btoa(s); }
