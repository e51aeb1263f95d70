// what: encoded halves of surrogate pairs, as the body of the message
// want: completed * | error syntax | error request
// bare
// raw
() => "/*repeat 5 "\xed\xa0\x80"*/".length
