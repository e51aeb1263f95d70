// what: a symbol as an argument
// want: completed * | error value
async () => [await items.echo(Symbol("x")), await items.echo({ [Symbol("y")]: 1, s: Symbol("z") })]
