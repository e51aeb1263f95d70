// what: holes that read from a polluted prototype
// want: completed [null,7] | completed [7,7] | completed [9,7]
async () => { Array.prototype[0] = 9; const a = []; a[1] = 7; return await items.echo(a); }
