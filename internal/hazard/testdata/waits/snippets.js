// what: loads snippets that are not there, without end
// want: error calls | error timeout
// engine
// limits: {"calls": 200}
async () => { for (;;) { try { await codemode.run("nope"); } catch {} } }
