// what: bytes that are no UTF-8, as the body of the message
// want: completed * | error syntax | error request
// bare
// raw
() => "/*repeat 5 "\xff\xfe"*/".length
