// what: an identifier of nine hundred kilobytes
// want: completed 1 | error syntax
const /*repeat 400000 "a"*/ = 1; /*repeat 400000 "a"*/
