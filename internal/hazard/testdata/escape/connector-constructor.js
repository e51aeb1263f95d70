// what: the constructor of a connector's method
// want: error code
// text: code cannot be made from text
() => items.echo.constructor("return globalThis")()
