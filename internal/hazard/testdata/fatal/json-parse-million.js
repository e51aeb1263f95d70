// what: JSON.parse of a million nested arrays
// want: error stack | error memory
() => JSON.parse("[".repeat(1e6) + "]".repeat(1e6))
