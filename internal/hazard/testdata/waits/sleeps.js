// what: twenty thousand sleeps at once
// want: error pending_calls | error memory
// engine
async () => { for (let i = 0; i < 20000; i++) codemode.sleep(1e6); await new Promise(() => {}); }
