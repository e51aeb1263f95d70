// what: a source that is one string of nine hundred kilobytes
// want: completed 900000
() => "/*repeat 900000 "x"*/".length
