// what: a chain of conditional types
// want: error syntax | completed 1
type A<T> = /*repeat 30000 "T extends string ? 1 : "*/ 2;
1
