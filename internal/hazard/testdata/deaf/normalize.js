// what: normalises a string of two hundred megabytes
// want: error memory | error timeout
// timeoutMs: 4000
() => "ä\u0301".repeat(5e7).normalize("NFD").length
