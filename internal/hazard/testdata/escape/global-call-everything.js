// what: calls every function in reach with strange arguments
// want: completed * | error code | error memory | error timeout | error stack
// timeoutMs: 5000
() => {
  const strange = [undefined, null, NaN, -1, 2 ** 31, "x", Symbol.iterator, {}, [], () => {}, new Proxy({}, {}), 1n, items];
  let n = 0;
  const visit = (owner) => {
    for (const k of Reflect.ownKeys(owner)) {
      const d = Reflect.getOwnPropertyDescriptor(owner, k);
      const f = d && (d.value ?? d.get);
      if (typeof f !== "function") continue;
      for (const self of strange) for (const arg of [undefined, null, -1, "x", {}, items]) {
        try { n++; Reflect.apply(f, self, [arg, arg]); } catch {}
        try { Reflect.construct(f, [arg]); } catch {}
      }
    }
  };
  for (const k of Object.getOwnPropertyNames(globalThis)) {
    let v;
    try { v = globalThis[k]; } catch { continue; }
    if (v === globalThis || v === null || (typeof v !== "object" && typeof v !== "function")) continue;
    if (k.startsWith("set") || k === "queueMicrotask") continue;
    visit(v);
    if (v.prototype) visit(v.prototype);
  }
  return n > 1000;
}
