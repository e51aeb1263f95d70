// what: a slow call that the code no longer waits for
// want: error timeout | completed 1
// engine
// timeoutMs: 1500
async () => await Promise.race([items.sleep({ ms: 60000 }), items.echo(1)])
