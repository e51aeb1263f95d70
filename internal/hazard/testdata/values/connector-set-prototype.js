// what: changes a connector and its prototype
// want: completed 1 | error code
async () => {
  try { items.echo = () => 2; } catch {}
  try { Object.setPrototypeOf(items, { echo: () => 2 }); } catch {}
  try { Object.defineProperty(items, "echo", { value: () => 2 }); } catch {}
  return await items.echo(1);
}
