// what: every over an array-like object without end, where nothing is
// want: error timeout
() => Array.prototype.every.call({ length: 2 ** 53 - 1 }, () => true)
