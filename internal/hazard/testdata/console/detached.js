// what: detached and inherited console methods
// want: completed 1
() => { const { log, warn } = console; log.call(null, 1); warn.apply(undefined, [2]); Object.create(console).error(3); return 1; }
