// what: a toJSON that stringifies itself
// want: error stack
() => {
  const o = { toJSON: () => JSON.stringify(o) };
  return JSON.stringify(o);
}
