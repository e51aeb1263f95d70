// what: String.fromCharCode of ten million arguments
// want: completed 10000000 | error memory
() => String.fromCharCode.apply(null, { length: 1e7 }).length
