// what: escapes and unescapes what grows sixfold
// want: error memory | error code
() => {
  let s = "€".repeat(1000);
  for (;;) s = encodeURIComponent(s);
}
