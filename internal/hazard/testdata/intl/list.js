// what: a list of a million items, in words
// want: completed * | error memory | error timeout
() => new Intl.ListFormat("en").format(Array(1e6).fill("x")).length
