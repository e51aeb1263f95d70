// what: a proxy trap that calls the proxy
// want: error stack
() => { const p = new Proxy(() => {}, { apply: () => p() }); return p(); }
