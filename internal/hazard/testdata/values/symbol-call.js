// what: calls a symbol of a connector
// want: error code
async () => await items[Symbol.iterator]()
