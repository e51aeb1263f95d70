// what: a proxy around a promise as the result
// want: error code | completed *
() => new Proxy(Promise.resolve(1), {})
