// what: a view into the middle of a buffer
// want: completed [3,4]
async () => [...(await items.echo(new DataView(new Uint8Array([1, 2, 3, 4, 5]).buffer, 2, 2)))]
