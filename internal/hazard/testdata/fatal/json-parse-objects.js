// what: JSON.parse of ten million nested objects
// want: error stack | error memory
() => JSON.parse('{"a":'.repeat(1e7))
