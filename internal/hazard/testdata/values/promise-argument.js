// what: a promise as an argument
// want: error value
// text: await it first
async () => await items.echo(items.echo(1))
