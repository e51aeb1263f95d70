// what: a million timers at once
// want: error pending_calls | error memory
async () => { for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1000); await new Promise((r) => setTimeout(r, 5000)); }
