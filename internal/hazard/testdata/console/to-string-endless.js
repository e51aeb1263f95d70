// what: logs an object whose toString and getters never end
// want: error timeout | completed 1
// timeoutMs: 1500
() => { console.log({ toString() { for (;;); }, get x() { for (;;); }, toJSON() { for (;;); } }); return 1; }
