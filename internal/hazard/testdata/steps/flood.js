// what: twenty thousand steps at once
// want: error pending_calls | error memory
async () => await Promise.all(Array.from({ length: 2e4 }, (_, i) => codemode.step("s" + i, () => i)))
