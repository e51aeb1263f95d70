// what: JSON.stringify of a graph with 2**40 paths
// want: error memory | error timeout
// timeoutMs: 20000
() => {
  let o = [1];
  for (let i = 0; i < 40; i++) o = [o, o];
  return JSON.stringify(o).length;
}
