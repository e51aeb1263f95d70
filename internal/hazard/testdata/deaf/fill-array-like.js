// what: fills an array-like object without end
// want: error memory
() => Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 0)
