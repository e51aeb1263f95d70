// what: steps in a loop without end
// want: error timeout
// timeoutMs: 1500
async () => { for (let i = 0; ; i++) await codemode.step("s" + i, () => i); }
