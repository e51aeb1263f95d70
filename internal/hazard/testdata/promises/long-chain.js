// what: a chain of three hundred thousand thens
// want: completed 300000 | error memory
async () => { let p = Promise.resolve(0); for (let i = 0; i < 3e5; i++) p = p.then((n) => n + 1); return await p; }
