// what: deletes connectors
// want: completed * | error code | error syntax
async () => { delete globalThis.items; return await items.echo(1); }
