// what: a proxy that claims ten million keys
// want: error memory | error code | error timeout
// timeoutMs: 10000
() => Object.keys(new Proxy({}, { ownKeys: () => Array.from({ length: 1e7 }, (_, i) => "k" + i) })).length
