// what: a function bound half a million times over, and then called
// want: error stack | error memory
() => {
  let f = () => 1;
  for (let i = 0; i < 5e5; i++) f = f.bind(null);
  return f();
}
