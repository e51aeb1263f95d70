// what: JSON.stringify of an object a hundred thousand levels deep
// want: error timeout | error stack | error memory
// timeoutMs: 1500
() => {
  let o = {};
  for (let i = 0; i < 1e5; i++) o = { o };
  return JSON.stringify(o).length;
}
