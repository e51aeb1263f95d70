// what: a string of a terabyte by repeat
// want: error memory
() => "x".repeat(2 ** 40).length
