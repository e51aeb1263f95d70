// what: looks backwards for nothing in an array-like object without end
// want: error timeout
() => Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)
