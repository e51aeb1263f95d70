// what: a proxy that claims ten million keys
// want: error memory | error code
() => Object.keys(new Proxy({}, { ownKeys: () => Array.from({ length: 1e7 }, (_, i) => "k" + i) })).length
