// what: twenty thousand signals with a timeout
// want: error pending_calls | error memory
async () => { for (let i = 0; i < 20000; i++) AbortSignal.timeout(1e6); await new Promise(() => {}); }
