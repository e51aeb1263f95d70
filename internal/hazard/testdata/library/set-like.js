// what: a union with what claims to be a set without end
// want: error memory | error timeout
// timeoutMs: 3000
() => new Set([1]).union({ size: Infinity, has: () => true, keys: () => ({ next: () => ({ done: false, value: {} }) }) })
