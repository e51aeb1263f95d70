// what: a number of nine hundred thousand digits
// want: completed null | completed * | error timeout
// timeoutMs: 6000
() => 9/*repeat 900000 "9"*/
