// what: splices a list that claims to have nearly endless elements
// want: error memory | error code | error timeout
() => Array.prototype.toSpliced.call({ length: 2 ** 32 - 2 }, 0, 0)
