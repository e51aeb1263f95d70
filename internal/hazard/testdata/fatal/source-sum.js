// what: a source that is one long sum
// want: error syntax
/*repeat 240000 "1+1+"*/1
