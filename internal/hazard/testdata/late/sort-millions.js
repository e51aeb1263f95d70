// what: sorts ten million numbers
// want: error memory
() => Array.from({ length: 1e7 }, (_, i) => -i).sort((a, b) => a - b)[0]
