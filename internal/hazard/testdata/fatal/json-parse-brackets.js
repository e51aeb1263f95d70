// what: JSON.parse of ten million nested arrays
// want: error stack | error memory
() => JSON.parse("[".repeat(1e7))
