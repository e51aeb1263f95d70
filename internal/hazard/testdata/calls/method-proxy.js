// what: a proxy around a connector
// want: completed 1
async () => await new Proxy(items, { get: (t, k) => t[k] }).echo(1)
