// what: walks everything in reach of the global object for native objects of the host
// want: completed []
() => {
  const seen = new Set(), found = [];
  const walk = (v, path) => {
    if (v === null || (typeof v !== "object" && typeof v !== "function") || seen.has(v) || path.length > 12) return;
    seen.add(v);
    if (/\[object (Go|reflect|host)/.test(Object.prototype.toString.call(v))) found.push(path.join("."));
    for (const k of Reflect.ownKeys(v)) {
      const d = Reflect.getOwnPropertyDescriptor(v, k);
      if (!d) continue;
      for (const x of [d.value, d.get, d.set]) walk(x, [...path, String(k)]);
    }
    walk(Object.getPrototypeOf(v), [...path, "__proto__"]);
  };
  walk(globalThis, ["globalThis"]);
  walk(items, ["items"]);
  walk(codemode, ["codemode"]);
  walk(items.echo, ["items.echo"]);
  walk(items.echo(1), ["promise"]);
  return found;
}
