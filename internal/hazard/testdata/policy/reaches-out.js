// what: a retry policy that calls connectors
// want: error policy
// text: items is not defined
// engine
// retry: {"shouldRetry": "async () => await items.echo(1)"}
() => { throw new Error("first"); }
