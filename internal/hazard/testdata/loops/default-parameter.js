// what: a default parameter that calls its function
// want: error stack
() => {
  const f = (x = f()) => x;
  return f();
}
