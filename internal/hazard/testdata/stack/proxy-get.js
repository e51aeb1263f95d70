// what: a proxy trap that reads the proxy
// want: error stack
() => { const p = new Proxy({}, { get: (_, k) => p[k] }); return p.x; }
