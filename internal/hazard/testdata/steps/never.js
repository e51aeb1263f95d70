// what: a step that never ends
// want: error stuck
// engine
async () => await codemode.step("never", () => new Promise(() => {}))
