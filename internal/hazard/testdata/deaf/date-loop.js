// what: parses dates without end
// want: error timeout
() => {
  for (;;) Date.parse("2026-02-30T99:99:99Z" + "0".repeat(1000));
}
