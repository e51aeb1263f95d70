// what: looks for long needles in long strings without end
// want: error timeout
() => {
  const text = "a".repeat(2e6);
  const needle = "a".repeat(1e6) + "b";
  let n = 0;
  for (;;) n += text.indexOf(needle);
}
