// what: keeps the results of calls until the memory runs out
// want: error memory
// engine
async () => { const all = []; for (;;) all.push(await items.big_result()); }
