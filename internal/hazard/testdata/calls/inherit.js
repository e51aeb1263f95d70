// what: an object that inherits from a connector
// want: completed 1 | error code
async () => await Object.create(items).echo(1)
