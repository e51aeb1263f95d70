// what: a proxy around a proxy, half a million times, and one lookup
// want: error stack | error memory
() => {
  let p = {};
  for (let i = 0; i < 5e5; i++) p = new Proxy(p, {});
  return p.x;
}
