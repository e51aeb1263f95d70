// what: brackets hidden behind what looks like regular expressions
// want: error syntax
x = {} / 1 + /*repeat 300000 "("*/ 1 / 2
