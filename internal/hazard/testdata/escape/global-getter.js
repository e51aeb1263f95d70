// what: a getter on the global object with a connector's name
// want: completed 1
async () => { Object.defineProperty(globalThis, "items", { get() { throw new Error("mine"); } }); return await items.echo(1); }
