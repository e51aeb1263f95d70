// what: a step whose name has two megabytes
// want: error limit | error size
async () => await codemode.step("n".repeat(2e6), () => 1)
