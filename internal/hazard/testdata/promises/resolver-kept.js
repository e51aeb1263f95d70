// what: calls the resolvers of its own promises a million times
// want: completed 1
async () => { let r; const p = new Promise((x) => { r = x; }); for (let i = 1; i <= 1e6; i++) r(i); return await p; }
