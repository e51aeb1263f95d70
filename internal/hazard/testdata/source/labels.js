// what: a hundred thousand labels
// want: error syntax | completed * | error stack | error memory | error timeout
// timeoutMs: 10000
/*repeat 100000 "a:"*/ 1
