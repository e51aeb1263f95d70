// what: endless microtasks inside of a step
// want: error timeout
async () => await codemode.step("spin", async () => { for (;;) await 0; })
