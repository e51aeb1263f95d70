// what: weak maps, promises and generators as arguments
// want: completed * | error value
async () => { await items.echo(new WeakMap()); await items.echo((function* () {})()); return 1; }
