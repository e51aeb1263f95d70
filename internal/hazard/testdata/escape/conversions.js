// what: symbols and bare objects where the engine's native code wants strings
// want: completed "done"
async () => {
  const odd = [Symbol("s"), Object.create(null), {}, [], 1n, null, new Proxy({}, {}), Object(Symbol("t"))];
  const natives = [JSON.parse, atob, btoa, RegExp.prototype.toString, RegExp.prototype[Symbol.replace], RegExp.prototype[Symbol.split],
    Object.prototype.toLocaleString, Array.prototype.toLocaleString, RegExp.escape, structuredClone, encodeURIComponent, String.raw, Date.parse];
  for (const f of natives) for (const x of odd) for (const args of [[], [x], [x, x]]) {
    try { await Reflect.apply(f, x, args); } catch {}
  }
  return "done";
}
