// what: uses up its CPU time in many small turns
// want: error cpu
// limits: {"cpuMs": 300}
async () => {
  for (;;) {
    await items.echo(1);
    for (let i = 0; i < 1e5; i++);
  }
}
