// what: an argument that contains itself
// want: error value
async () => { const a = { b: [] }; a.b.push(a); return await items.echo(a); }
