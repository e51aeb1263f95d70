// what: a timer that never returns
// want: error timeout
async () => { setTimeout(() => { for (;;); }, 1); await new Promise((r) => setTimeout(r, 100)); }
