// what: compiles a regular expression of five million nested groups
// want: error memory | error stack | error code | error timeout
// timeoutMs: 6000
() => new RegExp("(".repeat(5e6) + ")".repeat(5e6)).test("a")
