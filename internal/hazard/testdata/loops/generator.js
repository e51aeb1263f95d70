// what: an endless generator, spread into nothing
// want: error timeout
() => { for (const x of (function* () { for (;;) yield 1; })()) if (x === 2) return x; }
