// what: a source with a NUL character
// want: error request | error syntax
// bare
() => "a/*repeat 1 "\x00"*/b".length
