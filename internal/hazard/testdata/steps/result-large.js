// what: a step whose value has twenty megabytes
// want: error size
async () => (await codemode.step("l", () => "x".repeat(2e7))).length
