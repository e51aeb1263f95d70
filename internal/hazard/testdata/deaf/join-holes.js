// what: joins four billion holes
// want: error memory | error timeout
() => Array(2 ** 32 - 1).join("x").length
