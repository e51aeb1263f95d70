// what: a pattern that is catastrophic elsewhere, and linear here
// want: completed false
() => /^(a+)+$/.test("a".repeat(5000) + "!")
