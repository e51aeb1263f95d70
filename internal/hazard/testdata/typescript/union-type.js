// what: a union of two hundred thousand members
// want: error syntax | completed 1
type A = /*repeat 200000 "1|"*/ 2;
1
