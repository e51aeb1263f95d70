// what: an argument whose getter takes five seconds
// want: error timeout
async () => await items.echo({ get a() { const end = performance.now; for (let i = 0; i < 1e9; i++); return end; } })
