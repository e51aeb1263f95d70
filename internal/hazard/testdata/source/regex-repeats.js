// what: nested repeats that expand when they are compiled
// want: completed * | error syntax | error memory | error timeout | error code
// timeoutMs: 6000
() => /((((a{1,100}){1,100}){1,100}){1,100}){1,100}b/.test("a".repeat(50))
