// what: a list of an async iterator without end
// want: error memory | error timeout
// timeoutMs: 3000
async () => Array.fromAsync((async function* () { for (;;) yield 1; })())
