// what: comparisons that could be type arguments
// want: error syntax | completed * | error code
// timeoutMs: 6000
const a = 1;
/*repeat 400 "a<"*/a/*repeat 400 ">(a)"*/
