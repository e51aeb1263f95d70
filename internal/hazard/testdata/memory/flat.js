// what: flattens an array that is ten million levels deep
// want: error memory | error stack
() => {
  let a = [];
  for (let i = 0; i < 1e7; i++) a = [a];
  return a.flat(Infinity).length;
}
