// what: returns an array that is ten million levels deep
// want: error memory
() => {
  let a = [];
  for (let i = 0; i < 1e7; i++) a = [a];
  return a;
}
