// what: async functions that wait for ever
// want: error memory
async () => { const a = []; const f = async () => { const big = new Array(1000).fill(1); await new Promise((r) => a.push(r)); return big; }; for (;;) f(); }
