// what: allocates without end after calls that were applied
// want: error memory
async () => {
  for (let i = 0; i < 5; i++) await items.echo(i);
  const a = [];
  for (;;) a.push([a.length]);
}
