// what: two hundred calls with a megabyte each, at once
// want: error size | error memory
async () => { const s = "x".repeat(1e6); return (await Promise.all(Array.from({ length: 200 }, () => items.nothing(s)))).length; }
