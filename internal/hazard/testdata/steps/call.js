// what: a call inside of a step
// want: error call | error code
// text: not possible inside a step
async () => await codemode.step("a", async () => { await 0; return await items.echo(1); })
