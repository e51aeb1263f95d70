// what: a URL of a million parent directories
// want: completed 9 | error timeout | error memory
() => new URL("http://a/" + "x/".repeat(5e5) + "../".repeat(5e5)).href.length
