// what: a regular expression with a lookahead that backtracks exponentially
// want: error timeout
() => /^(?:(?=a)a+)+$/.test("a".repeat(40) + "!")
