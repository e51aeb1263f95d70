// what: a comment without an end
// want: error syntax
() => 1 /* /*repeat 1000 "x"*/
