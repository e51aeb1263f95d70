// what: overlong encodings, as the body of the message
// want: completed * | error syntax | error request
// bare
// raw
() => "/*repeat 5 "\xc0\xaf\xf8\x88\x80\x80\x80"*/".length
