// what: a source with NUL characters as the body of the message
// want: error request | error syntax
// bare
// raw
() => 1 // /*repeat 10 "\x00"*/
