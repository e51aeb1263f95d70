// what: the constructor of the functions of the prelude
// want: error code
// text: code cannot be made from text
() => console.log.constructor.call(null, "return globalThis")()
