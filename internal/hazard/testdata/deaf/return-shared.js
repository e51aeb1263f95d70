// what: returns a graph with 2**40 paths
// want: completed * | error memory
// engine
() => {
  let o = [1];
  for (let i = 0; i < 40; i++) o = [o, o];
  return o;
}
