// what: an array of four hundred thousand elements
// want: completed 400000 | error timeout | error memory
// timeoutMs: 10000
() => [/*repeat 400000 "1,"*/].length
