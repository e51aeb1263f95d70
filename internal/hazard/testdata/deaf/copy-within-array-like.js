// what: copyWithin of an array-like object without end
// want: error timeout
() => Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0)
