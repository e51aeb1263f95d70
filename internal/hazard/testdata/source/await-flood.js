// what: a hundred thousand awaits, one after the other
// want: completed * | error timeout | error syntax | error memory
// timeoutMs: 10000
/*repeat 90000 "await 0;\n"*/
