// what: a step inside of a step
// want: error call | error code
// text: not possible inside a step
async () => await codemode.step("a", () => codemode.step("b", () => 1))
