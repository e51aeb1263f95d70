// what: a with statement over a proxy that claims every name
// want: completed * | error code | error syntax
() => { with (new Proxy({}, { has: () => true, get: (_, k) => (k === Symbol.unscopables ? undefined : 1) })) { return items + codemode; } }
