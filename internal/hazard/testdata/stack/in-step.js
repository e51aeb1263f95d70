// what: recursion inside of a step, caught outside
// want: error stack
async () => {
  try {
    return await codemode.step("deep", () => { const f = () => f() + 1; return f(); });
  } catch {
    return "caught";
  }
}
