// what: a source of more than a megabyte
// want: error size | error source
() => "/*repeat 1100000 "x"*/".length
