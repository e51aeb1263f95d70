// what: one call with an argument of twenty megabytes, inside of a catch-all
// want: error size
async () => { try { await items.nothing("x".repeat(2e7)); } catch { return "caught"; } }
