// what: allocates without end inside of a step
// want: error memory
async () => await codemode.step("hoard", () => { const a = []; for (;;) a.push([a.length]); })
