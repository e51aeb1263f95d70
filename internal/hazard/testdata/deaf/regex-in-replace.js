// what: a catastrophic regular expression inside of replace, in a catch-all
// want: error timeout
() => {
  try {
    return "a".repeat(60).replace(/^((?=a)a+)+c/, "");
  } catch {
    return "caught";
  }
}
