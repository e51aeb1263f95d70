// what: an argument whose getter throws
// want: error code
// text: not for you
async () => await items.echo({ get a() { throw new Error("not for you"); } })
