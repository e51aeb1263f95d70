// what: Promise.race of a million promises that never settle
// want: error stuck | error memory | error timeout
// engine
// timeoutMs: 20000
async () => await Promise.race(Array.from({ length: 3e5 }, () => new Promise(() => {})))
