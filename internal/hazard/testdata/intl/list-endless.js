// what: a list whose iterator never ends
// want: error memory | error timeout
// timeoutMs: 3000
() => new Intl.ListFormat("en").format({ *[Symbol.iterator]() { for (;;) yield "x"; } })
