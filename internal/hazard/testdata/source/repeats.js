// what: a name declared forty thousand times, in TypeScript
// want: error syntax
// text: already been declared
const typed: number = 1;
/*repeat 40000 "let a;"*/
