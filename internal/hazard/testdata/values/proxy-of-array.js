// what: a proxy of an array whose length never ends
// want: error size | error timeout | error memory
// timeoutMs: 6000
async () => await items.echo(new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 53 : k === "toJSON" ? undefined : 1) }))
