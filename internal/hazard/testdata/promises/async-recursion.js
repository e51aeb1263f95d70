// what: async recursion without end that holds every level
// want: error memory
async () => { const f = async (n) => { await 0; return (await f(n + 1)) + 1; }; return await f(0); }
