// what: calls every function that can be reached, with every odd value there is
// want: completed * | error code | error memory | error timeout | error stack
// timeoutMs: 20000
/* toLocaleString RegExp JSON atob */
async () => {
  const P = (o) => new Proxy(o, {});
  const odd = () => [undefined, null, Symbol("s"), 1n, -1, NaN, "", "\ud800", {}, [], Object.create(null), () => 1, P({}), P([]), P(() => 1), P(new Map()), P(new Date()), P(/x/), P(Promise.resolve()),
    new Date(NaN), new Map(), new Set(), new WeakMap(), Promise.resolve(1), /x/g, new Uint8Array(2), new ArrayBuffer(3), new DataView(new ArrayBuffer(1)), new Error("x"), Symbol.iterator,
    { then: 1 }, { [Symbol.toPrimitive]: () => Symbol() }, { toString: () => Symbol() }, { length: 2, 0: Symbol() }, [Symbol(), 1n], { get a() { throw 1 } }, Object(Symbol()), Object(1n), globalThis.items, globalThis.codemode, (function* () {})()];
  const seen = new Set(), fns = [];
  const walk = (o, path, depth) => {
    if ((typeof o !== "object" && typeof o !== "function") || o === null || seen.has(o) || depth > 6) return;
    seen.add(o);
    if (typeof o === "function" && !/setPrototypeOf|__proto__:set/.test(path)) fns.push([path, o]);
    let keys; try { keys = Reflect.ownKeys(o) } catch { return }
    for (const k of keys) {
      if (["items", "codemode", "setInterval", "setTimeout", "console"].includes(k)) continue;
      let d; try { d = Reflect.getOwnPropertyDescriptor(o, k) } catch { continue }
      if (!d) continue;
      const p = path + "." + String(k);
      for (const f of ["value", "get", "set"]) if (f in d) walk(d[f], p + (f === "value" ? "" : ":" + f), depth + 1);
    }
    walk(Object.getPrototypeOf(o), path + ".__proto__", depth + 1);
  };
  for (const x of odd()) { try { walk(x, "x", 0) } catch {} }
  walk(globalThis, "g", 0);
  let n = 0;
  for (const [path, f] of fns) {
    for (const a of odd()) for (const how of [0, 1, 2, 3, 4]) {
      n++;
      globalThis.__last = path + " " + how;
      try {
        let r;
        if (how === 0) r = Reflect.apply(f, a, []);
        else if (how === 1) r = Reflect.apply(f, undefined, [a]);
        else if (how === 2) r = Reflect.apply(f, a, [a, a, a]);
        else if (how === 3) r = Reflect.construct(f, [a, a]);
        else r = Reflect.apply(f, a, [Symbol("q"), {get x() { return 1 }}]);
        if (r && typeof r.catch === "function") r.catch(() => {});
      } catch (e) { }
    }
  }
  return [fns.length > 500, n > 50000];
}
