// what: an object type nested in itself
// want: error syntax
type A = /*repeat 100000 "{a:"*/string/*repeat 100000 "}"*/;
1
