// what: the constructor of async functions
// want: error code
// text: code cannot be made from text
() => (async () => {}).constructor("return this")()
