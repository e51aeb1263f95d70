// what: splice of an array-like object without end
// want: error timeout | error memory
// timeoutMs: 1500
() => Array.prototype.splice.call({ length: 2 ** 53 - 1, 0: 1 }, 0, 1).length
