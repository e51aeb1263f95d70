// what: a string of four gigabytes
// want: error memory
() => "x".repeat(2 ** 32).length
