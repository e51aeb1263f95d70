// what: deletes everything that can be deleted from the global object
// want: completed 2
async () => {
  const global = globalThis;
  for (const k of Object.getOwnPropertyNames(global)) delete global[k];
  return (await items.echo(1)) + (await codemode.step("one", () => 1));
}
