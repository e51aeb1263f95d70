// what: includes in an array-like object without end
// want: error timeout
() => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)
