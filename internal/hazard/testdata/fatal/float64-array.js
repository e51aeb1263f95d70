// what: a Float64Array of 2**45 elements
// want: error memory
() => new Float64Array(2 ** 45).length
