// what: recursion in a getter of an argument
// want: error stack
async () => await items.echo({ get x() { const f = () => f() + 1; return f(); } })
