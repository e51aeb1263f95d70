// what: six hundred waits for signals
// want: error pending_calls | error limit
// engine
async () => { await Promise.all(Array.from({ length: 600 }, (_, i) => codemode.waitFor("s" + i))); }
