// what: twenty thousand calls at once
// want: error pending_calls | error memory
async () => (await Promise.all(Array.from({ length: 2e4 }, (_, i) => items.echo(i)))).length
