// what: a type with many brackets after it
// want: error syntax | completed 1
type A = string/*repeat 200000 "[]"*/;
1
