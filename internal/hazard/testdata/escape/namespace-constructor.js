// what: the constructor of a connector
// want: error code
() => items.constructor.constructor("return process")()
