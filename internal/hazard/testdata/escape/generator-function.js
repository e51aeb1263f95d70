// what: the constructor of generators, reached through a prototype
// want: error code
// text: code cannot be made from text
() => { function* g() {} return Object.getPrototypeOf(g).constructor("yield this")().next(); }
