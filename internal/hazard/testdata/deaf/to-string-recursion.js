// what: a toString that converts itself
// want: error stack
() => {
  const o = { toString: () => `${o}` };
  return String(o);
}
