// what: a promise that waits for itself
// want: error code | error stuck
async () => { let r; const p = new Promise((x) => { r = x; }); r(p); return await p; }
