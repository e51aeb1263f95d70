// what: escapes without end what was escaped
// want: error timeout | error memory
// timeoutMs: 1500
() => {
  let s = "€".repeat(1000);
  for (;;) s = encodeURIComponent(s);
}
