// what: objects without a prototype
// want: completed {"a":{"b":1}}
async () => await items.echo(Object.assign(Object.create(null), { a: Object.assign(Object.create(null), { b: 1 }) }))
