// what: deletes everything that can be deleted from the global object
// want: completed 2
async () => {
  for (const k of Object.getOwnPropertyNames(globalThis)) delete globalThis[k];
  return (await items.echo(1)) + (await codemode.step("one", () => 1));
}
