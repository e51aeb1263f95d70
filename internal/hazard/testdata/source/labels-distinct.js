// what: labels on labels
// want: error syntax | completed * | error stack | error memory | error timeout
// timeoutMs: 10000
/*repeat 100000 "a:{}b:"*/ 1
