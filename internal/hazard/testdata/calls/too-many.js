// what: more calls than the submission allows
// want: error calls
// limits: {"calls": 5}
async () => { for (let i = 0; i < 10; i++) await items.echo(i); }
