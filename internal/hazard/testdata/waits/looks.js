// what: looks for a signal without end
// want: error calls | error timeout
// engine
// limits: {"calls": 200}
async () => { for (;;) { try { await codemode.waitFor("s", { timeoutMs: 0 }); } catch {} } }
