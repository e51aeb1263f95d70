// what: a huge hole-filled array as a string
// want: error memory | error timeout
// timeoutMs: 4000
() => String(new Array(2 ** 31)).length
