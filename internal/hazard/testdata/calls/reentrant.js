// what: a call made while the arguments of another are taken, whose getter throws
// want: error code
// text: second thoughts
async () => { try { items.echo({ get a() { items.echo(1); throw new Error("second thoughts"); } }); } finally { await items.echo(2); } }
