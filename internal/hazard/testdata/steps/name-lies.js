// what: a step named like the entry of another
// want: completed [1,2]
async () => [await codemode.step("__step", () => 1), await codemode.step("../../state\u0000", () => 2)]
