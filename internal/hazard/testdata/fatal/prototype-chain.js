// what: a prototype chain of a million objects, and a lookup at its end
// want: completed "undefined" | error stack | error memory
() => {
  let o = {};
  for (let i = 0; i < 1e6; i++) o = Object.create(o);
  return typeof o.missing;
}
