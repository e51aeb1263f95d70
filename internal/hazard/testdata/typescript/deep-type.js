// what: a type nested in itself
// want: error syntax | completed 1
type A = /*repeat 100000 "Array<"*/string/*repeat 100000 ">"*/;
1
