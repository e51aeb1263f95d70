// what: freezes the global object and everything in reach of it
// want: completed 2
async () => {
  for (const k of Object.getOwnPropertyNames(globalThis)) {
    const v = globalThis[k];
    if (v && (typeof v === "object" || typeof v === "function") && v !== globalThis) {
      Object.freeze(v);
      if (v.prototype) Object.freeze(v.prototype);
    }
  }
  Object.freeze(globalThis);
  return (await items.echo(1)) + (await codemode.step("one", () => 1));
}
