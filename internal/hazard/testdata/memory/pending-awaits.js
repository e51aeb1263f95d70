// what: async functions that wait for ever
// want: error memory
async () => { const f = async () => { const big = new Array(1000).fill(1); await new Promise(() => {}); return big; }; for (;;) f(); }
