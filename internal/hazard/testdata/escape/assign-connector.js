// what: assigns to a connector's name
// want: error code
() => { items = { echo: () => 1 }; return items.echo(); }
