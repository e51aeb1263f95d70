// what: allocates without end in a getter of an argument
// want: error memory
async () => await items.echo({ get x() { const a = []; for (;;) a.push([a.length]); } })
