// what: sorts half a million numbers, which is allowed
// want: completed -499999
() => Array.from({ length: 5e5 }, (_, i) => -i).sort((a, b) => a - b)[0]
