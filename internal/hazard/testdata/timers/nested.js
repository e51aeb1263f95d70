// what: timers that double with every firing
// want: error timeout | error pending_calls | error memory
// engine
// timeoutMs: 1500
async () => { const f = () => { setTimeout(f, 0); setTimeout(f, 0); }; f(); await new Promise(() => {}); }
