// what: a step whose value has a hostile then
// want: error timeout
async () => await codemode.step("p", () => ({ get then() { for (;;); } }))
