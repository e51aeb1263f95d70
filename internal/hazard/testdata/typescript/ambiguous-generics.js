// what: comparisons that could be type arguments
// want: error syntax | completed * | error code
const a = 1;
/*repeat 400 "a<"*/a/*repeat 400 ">(a)"*/
