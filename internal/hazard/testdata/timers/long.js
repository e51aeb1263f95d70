// what: a timer of a month
// want: error timeout
// engine
async () => await new Promise((r) => setTimeout(r, 30 * 86400 * 1000))
