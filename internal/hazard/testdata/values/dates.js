// what: dates at and beyond the ends of time
// want: completed *
async () => (await items.echo([new Date(8.64e15), new Date(-8.64e15), new Date(NaN), new Date(1e18), new Date(-1)])).length
