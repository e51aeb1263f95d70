// what: a promise resolved by a promise, half a million times over
// want: completed 1 | error memory
// timeoutMs: 20000
async () => { let p = Promise.resolve(1); for (let i = 0; i < 5e5; i++) { const q = p; p = new Promise((r) => r(q)); } return await p; }
