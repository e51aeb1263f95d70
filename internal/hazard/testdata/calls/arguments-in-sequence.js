// what: thirty calls with a megabyte each, one after the other, which is allowed
// want: completed 30
async () => { const s = "x".repeat(1e6); let n = 0; for (; n < 30; n++) await items.nothing(s); return n; }
