// what: a million timers, each cleared at once
// want: completed 1000000 | error pending_calls | error memory | error timeout
// timeoutMs: 20000
async () => { let n = 0; for (let i = 0; i < 1e6; i++) { clearTimeout(setTimeout(() => {}, 1000)); n++; } return n; }
