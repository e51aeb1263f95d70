// what: source text of one statement per line, as many as fit
// want: completed 120000 | error timeout | error memory
// timeoutMs: 6000
let n = 0;
/*repeat 120000 "n += 1;\n"*/
n
