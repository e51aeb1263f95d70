// what: line separators inside of strings and between statements
// want: completed 3
// bare
const a = "x/*repeat 1 "\u2028"*/y";/*repeat 1 "\u2029"*/a.length
