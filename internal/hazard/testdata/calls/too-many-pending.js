// what: more calls at once than the submission allows
// want: error pending_calls
// limits: {"pendingCalls": 5}
async () => await Promise.all(Array.from({ length: 10 }, (_, i) => items.echo(i)))
