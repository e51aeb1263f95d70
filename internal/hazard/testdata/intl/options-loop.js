// what: options with a getter that never ends
// want: error timeout
() => new Intl.DateTimeFormat("en-US", { get timeZone() { for (;;); } })
