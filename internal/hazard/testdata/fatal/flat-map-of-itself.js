// what: an array that contains itself is turned into a string by join
// want: completed ""
() => {
  const o = [];
  o.push(o);
  return o.join();
}
