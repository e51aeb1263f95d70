// what: sorts an array-like object without end
// want: error memory | error timeout | error code
// timeoutMs: 4000
() => Array.prototype.sort.call({ length: 2 ** 53 - 1 })
