// what: a proxy whose traps loop
// want: error timeout
() => Object.keys(new Proxy({}, { ownKeys() { for (;;); } }))
