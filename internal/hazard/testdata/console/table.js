// what: a table of a million rows
// want: completed 1 | error memory | error timeout
() => { console.table(Array.from({ length: 1e6 }, (_, i) => ({ ["c" + i % 5000]: i }))); return 1; }
