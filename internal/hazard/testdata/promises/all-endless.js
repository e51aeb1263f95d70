// what: Promise.all of an endless generator
// want: error memory
async () => await Promise.all((function* () { for (;;) yield 1; })())
