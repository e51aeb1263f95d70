// what: new Function
// want: error code
// text: code cannot be made from text
() => new Function("return globalThis")()
