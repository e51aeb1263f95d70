// what: sorts fifty thousand numbers, which is allowed
// want: completed -49999
() => Array.from({ length: 5e4 }, (_, i) => -i).sort((a, b) => a - b)[0]
