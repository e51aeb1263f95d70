// what: more calls than the submission allows, inside of a catch-all
// want: error calls
// limits: {"calls": 5}
async () => { for (;;) try { await items.echo(1); } catch {} }
