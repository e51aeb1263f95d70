// what: an argument that contains itself, inside of a catch-all
// want: error value
async () => { try { const a = []; a.push(a); return await items.echo(a); } catch { return "caught"; } }
