// what: a string of a million concatenations, read at once
// want: completed 1000001
() => {
  let s = "x";
  for (let i = 0; i < 1e6; i++) s = s + "y";
  return s.length;
}
