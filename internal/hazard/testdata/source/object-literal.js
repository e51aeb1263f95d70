// what: an object of a hundred thousand properties
// want: completed 1 | error timeout | error memory
// timeoutMs: 10000
() => Object.keys({ /*repeat 150000 "a:1,"*/ }).length
