// what: an endless iterator made a list
// want: error memory | error timeout
// timeoutMs: 3000
() => Iterator.from({ next: () => ({ value: 1, done: false }) }).map((x) => x + 1).toArray()
