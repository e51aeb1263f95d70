// what: reverses an array-like object without end
// want: error timeout
() => Array.prototype.reverse.call({ length: 2 ** 53 - 1 })
