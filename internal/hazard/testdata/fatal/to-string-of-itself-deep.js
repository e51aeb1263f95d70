// what: toString of an array nested a million levels deep
// want: error stack | error memory
() => {
  let a = [];
  for (let i = 0; i < 1e6; i++) a = [a];
  return String(a).length;
}
