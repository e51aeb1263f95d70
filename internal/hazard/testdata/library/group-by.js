// what: groups without end, each into a group of its own
// want: error memory | error timeout
// timeoutMs: 3000
() => Object.groupBy((function* () { for (let i = 0; ; i++) yield i; })(), (x) => "k" + x)
