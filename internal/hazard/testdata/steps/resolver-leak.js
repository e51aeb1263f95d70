// what: the code outside settles a promise of a step
// want: completed "out"
async () => { let r; const p = codemode.step("s", () => new Promise((x) => { r = x; })); for (let i = 0; i < 50 && !r; i++) await new Promise((x) => setTimeout(x, 5)); r("out"); return await p; }
