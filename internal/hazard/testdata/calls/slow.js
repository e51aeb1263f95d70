// what: a call that takes longer than the pass may
// want: error timeout
// engine
async () => await items.sleep({ ms: 60000 })
