// what: rejects with a thenable
// want: error code
async () => { await Promise.reject({ then() { for (;;); } }); }
