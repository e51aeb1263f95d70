// what: looks for nothing in an array-like object without end
// want: error timeout
() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)
