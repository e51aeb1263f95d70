// what: compares two huge strings by locale
// want: error timeout | error memory
// timeoutMs: 1500
() => {
  const s = "é".repeat(5e6);
  let n = 0;
  for (;;) n += (s + "a").localeCompare(s + "b");
}
