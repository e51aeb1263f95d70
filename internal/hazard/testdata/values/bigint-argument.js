// what: a big integer of a million digits as an argument
// want: completed true | completed false | error size | error timeout | error memory
// timeoutMs: 8000
async () => { const n = 10n ** 300000n; return (await items.echo(n)) === n; }
