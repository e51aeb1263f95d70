// what: a bound constructor of functions
// want: error code
() => { const F = Function.bind(null, "a"); return new F("return a")(1); }
