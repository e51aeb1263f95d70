// what: steps whose promises nobody keeps
// want: completed 1
async () => { for (let i = 0; i < 200; i++) codemode.step("f" + i, () => i); return 1; }
