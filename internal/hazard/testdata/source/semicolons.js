// what: nothing but semicolons
// want: completed null | error syntax | error timeout
// timeoutMs: 10000
/*repeat 900000 ";"*/
