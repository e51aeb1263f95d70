// what: fills an array of four billion elements
// want: error memory
() => new Array(2 ** 32 - 1).fill(0).length
