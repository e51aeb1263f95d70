// what: Array.from of a billion elements
// want: error memory
() => Array.from({ length: 1e9 }).length
