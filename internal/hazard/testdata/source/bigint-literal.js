// what: a big integer of nine hundred thousand digits
// want: completed * | error timeout | error memory | error syntax
// timeoutMs: 6000
() => 9/*repeat 900000 "9"*/n > 1n
