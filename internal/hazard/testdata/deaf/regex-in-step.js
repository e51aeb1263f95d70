// what: a catastrophic regular expression inside of a step
// want: error timeout
async () => await codemode.step("match", () => /^(?:(?=a)a+)+$/.test("a".repeat(40) + "!"))
