// what: a typed array from an array-like object of two billion
// want: error memory
() => Uint8Array.from({ length: 2 ** 31 }).length
