// what: a promise resolved by a promise, fifty thousand times over
// want: completed 1 | error memory
async () => { let p = Promise.resolve(1); for (let i = 0; i < 5e4; i++) { const q = p; p = new Promise((r) => r(q)); } return await p; }
