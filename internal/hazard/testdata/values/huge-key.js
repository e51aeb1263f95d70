// what: an argument with a key of five megabytes
// want: completed 5000000
async () => Object.keys(await items.echo({ ["k".repeat(5e6)]: 1 }))[0].length
