// what: a template without an end
// want: error syntax
() => `/*repeat 1000 "x${1}"*/
