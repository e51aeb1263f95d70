// what: calls in a loop without end
// want: error timeout
// timeoutMs: 1500
async () => { for (;;) await items.echo(1); }
