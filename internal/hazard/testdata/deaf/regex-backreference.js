// what: a regular expression with a backreference that backtracks exponentially
// want: error timeout
() => /^(a+)+\1b$/.test("a".repeat(40))
