// what: a regular expression of nine hundred kilobytes
// want: completed * | error syntax | error timeout | error memory
// timeoutMs: 6000
() => /(?:/*repeat 400000 "a|"*/b)/.test("c")
