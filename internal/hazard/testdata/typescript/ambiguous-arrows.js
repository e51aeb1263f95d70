// what: conditionals with parentheses that could be arrows
// want: error syntax | completed * | error code | error timeout
// timeoutMs: 6000
const a = 1;
/*repeat 60 "a?(a):"*/a/*repeat 60 "=>a"*/
