// what: bound functions half a million deep behind instanceof
// want: completed false | error stack | error memory
() => {
  let f = function () {};
  for (let i = 0; i < 5e5; i++) f = f.bind(null);
  return {} instanceof f;
}
