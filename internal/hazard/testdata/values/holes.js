// what: an array of four billion holes as an argument
// want: error size
async () => { const a = []; a.length = 2 ** 32 - 1; return await items.echo(a); }
