// what: sorts an array of four billion holes
// want: error memory
() => {
  const a = [];
  a.length = 2 ** 32 - 1;
  a.sort();
  return a.length;
}
