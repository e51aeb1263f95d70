// what: a parameter forty thousand times, in TypeScript
// want: error syntax
// text: same parameter list
const typed: number = 1;
((a/*repeat 40000 ",a"*/) => 1)
