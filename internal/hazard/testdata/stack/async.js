// what: async functions that call themselves before they await
// want: error stack
async () => { const f = async () => { await f(); }; await f(); }
