// what: a connector as its own argument
// want: completed *
async () => await items.echo({ items, codemode, f: items.echo })
