// what: a string of a terabyte by padEnd
// want: error memory
() => "x".padEnd(2 ** 40).length
