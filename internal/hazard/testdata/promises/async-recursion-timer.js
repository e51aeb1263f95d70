// what: async recursion through timers
// want: error timeout
// timeoutMs: 1500
async () => { const f = async () => { await new Promise((r) => setTimeout(r, 0)); return await f(); }; return await f(); }
