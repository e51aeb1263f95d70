// what: a source of brackets in strings
// want: error syntax | completed 120000
() => "/*repeat 120000 "("*/".length
