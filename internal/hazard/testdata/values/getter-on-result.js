// what: getters on the result that call and log
// want: completed *
async () => ({ get a() { items.echo(1); console.log("late"); return 1; } })
