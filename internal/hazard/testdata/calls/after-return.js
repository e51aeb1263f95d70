// what: makes calls, returns, and leaves them behind
// want: completed 1
async () => { for (let i = 0; i < 50; i++) items.echo(i); return 1; }
