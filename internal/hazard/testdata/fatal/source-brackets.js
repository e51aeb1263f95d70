// what: a source of nested arrays
// want: error syntax
/*repeat 400000 "["*/1/*repeat 400000 "]"*/
