// what: flattens an array that contains itself: endless recursion of native code
// want: error stack | error memory
() => {
  const o = [];
  o.push(o);
  return o.flat(Infinity);
}
