// what: a typed array of an endless generator
// want: error memory
() => new Uint8Array((function* () { for (;;) yield 1; })()).length
