// what: a step whose value contains itself, caught
// want: error value
async () => { try { return await codemode.step("c", () => { const a = []; a.push(a); return a; }); } catch { return "caught"; } }
