// what: splits and joins what doubles each time
// want: error memory
() => {
  let s = "ab";
  for (;;) s = s.split("").join("xx");
}
