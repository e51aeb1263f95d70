// what: String.raw with an endless list of parts
// want: error memory | error timeout | error code
// timeoutMs: 4000
() => String.raw({ raw: { length: 2 ** 53 - 1 } }, "xxxxxxxxxxxxxxxx").length
