// what: calls between floods of microtasks
// want: completed 20
async () => { let n = 0; for (; n < 20; n++) { await items.echo(n); for (let i = 0; i < 1000; i++) await 0; } return n; }
