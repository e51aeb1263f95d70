// what: loads twenty thousand snippets at once
// want: error pending_calls | error memory | error calls
// engine
async () => { for (let i = 0; i < 20000; i++) codemode.run("nope").catch(() => {}); await new Promise(() => {}); }
