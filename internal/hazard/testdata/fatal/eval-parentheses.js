// what: eval of nested parentheses, inside of a catch-all
// want: completed "no"
() => {
  try {
    return eval("(".repeat(1e6));
  } catch {
    return "no";
  }
}
