// what: a proxy whose target inherits from the proxy: every lookup recurses in native code
// want: error stack | error memory
() => {
  const target = {};
  const proxy = new Proxy(target, {});
  Object.setPrototypeOf(target, proxy);
  return proxy.x;
}
