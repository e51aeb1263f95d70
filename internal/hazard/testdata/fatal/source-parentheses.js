// what: a source of nested parentheses that overflows the stack of a parser
// want: error syntax
/*repeat 400000 "("*/1/*repeat 400000 ")"*/
