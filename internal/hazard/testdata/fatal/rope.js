// what: a string of a hundred thousand concatenations, read at once
// want: completed 100001
() => {
  let s = "x";
  for (let i = 0; i < 1e5; i++) s = s + "y";
  return s.length;
}
