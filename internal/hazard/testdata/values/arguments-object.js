// what: the arguments object as an argument
// want: completed *
async function f() { return await items.echo(arguments); }
