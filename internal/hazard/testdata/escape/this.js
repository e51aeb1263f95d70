// what: this in sloppy functions is the global object, with no connectors
// want: completed ["undefined","undefined"]
() => { const g = (function () { return this; })() ?? globalThis; return [typeof g.items, typeof g.codemode]; }
