// what: counts and times under labels without end
// want: error memory | error timeout
// timeoutMs: 2000
() => { for (let i = 0; ; i++) { console.count("l".repeat(100) + i); console.time("l" + i); } }
