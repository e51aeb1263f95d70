// what: a thousand calls at once
// want: completed 499500
async () => (await Promise.all(Array.from({ length: 1000 }, (_, i) => items.echo(i)))).reduce((a, b) => a + b)
