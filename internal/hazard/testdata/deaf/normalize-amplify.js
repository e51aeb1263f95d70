// what: normalises again and again what grows eighteenfold
// want: error memory | error timeout
// timeoutMs: 4000
() => {
  let s = "\ufdfa".repeat(1e6);
  for (;;) s = s.normalize("NFKD") + s;
}
