// what: an error that is its own cause
// want: completed * | error value
async () => { const e = new Error("x"); e.cause = e; return typeof (await items.echo({ e })); }
