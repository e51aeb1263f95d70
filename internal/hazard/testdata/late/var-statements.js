// what: a hundred and forty thousand declarations
// want: completed null | error timeout | error memory
// timeoutMs: 6000
/*repeat 140000 "var a;"*/
