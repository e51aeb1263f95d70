// what: a list of locales without end
// want: error timeout | error code | error memory
() => Intl.NumberFormat(new Proxy([], { get: (t, k) => k === "length" ? 2 ** 53 - 1 : "en", has: () => true }))
