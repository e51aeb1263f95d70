// what: a step that never ends
// want: error timeout
// engine
async () => await codemode.step("never", () => new Promise(() => {}))
