// what: appends to search parameters without end
// want: error memory | error timeout
// timeoutMs: 2000
() => { const u = new URL("http://a/"); for (let i = 0; ; i++) u.searchParams.append("k" + i, "v"); }
