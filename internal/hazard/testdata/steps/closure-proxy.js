// what: a step whose closure is a proxy that throws
// want: error code | error call
async () => await codemode.step("p", new Proxy(() => {}, { apply() { throw new Proxy({}, { get() { throw 1; } }); } }))
