// what: a regular expression with a lookahead that backtracks exponentially
// want: error timeout
() => /^(?=(a+)+$)b/.test("a".repeat(40) + "!")
