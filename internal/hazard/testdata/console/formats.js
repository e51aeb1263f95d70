// what: logs format strings and terminal sequences
// want: completed 1
() => { console.log("%s %d %o %j %c %%", "%s", {}, NaN); console.error("\u001b[2J\u001b]0;title\u0007\u0000\r"); return 1; }
