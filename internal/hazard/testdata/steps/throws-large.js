// what: a step that throws twenty megabytes
// want: error call | error code
async () => await codemode.step("l", () => { throw new Error("x".repeat(2e7)); })
