// what: a million calls at once
// want: error pending_calls | error memory
async () => { for (let i = 0; i < 1e6; i++) items.echo(i); await new Promise(() => {}); }
