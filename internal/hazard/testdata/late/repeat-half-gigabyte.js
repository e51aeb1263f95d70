// what: a string of half a gigabyte
// want: error memory
() => "x".repeat(2 ** 29).length
