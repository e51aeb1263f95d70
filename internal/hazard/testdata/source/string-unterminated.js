// what: a string without an end
// want: error syntax
() => "/*repeat 1000 "x"*/
