// what: a step that leaves a thousand timers behind
// want: completed 1
async () => await codemode.step("t", () => { for (let i = 0; i < 1000; i++) setTimeout(() => { for (;;); }, 1000); return 1; })
