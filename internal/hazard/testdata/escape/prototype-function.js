// what: the constructor that Function.prototype has
// want: error code
() => Function.prototype.constructor("return 1")()
