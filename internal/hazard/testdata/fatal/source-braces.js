// what: a source of opening braces
// want: error syntax
/*repeat 990000 "{"*/
