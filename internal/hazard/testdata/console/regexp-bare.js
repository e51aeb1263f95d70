// what: logs regular expressions that have no source any more
// want: completed 1 | error code
() => {
  const r = /x/;
  Object.setPrototypeOf(r, null);
  console.log(r);
  delete RegExp.prototype.source;
  console.log(/x/);
  String(/x/);
  return 1;
}
