// what: waits for a promise that nothing can settle
// want: error stuck
async () => await new Promise(() => {})
