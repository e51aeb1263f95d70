// what: Array.from of as many elements as there can be
// want: error memory | error code
() => Array.from({ length: 2 ** 53 - 1 }).length
