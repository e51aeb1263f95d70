// what: the constructor of a constructor
// want: error code
// text: code cannot be made from text
() => ({}).constructor.constructor("return globalThis")()
