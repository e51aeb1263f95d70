// what: labelled loops whose finally undoes every way out
// want: error timeout
() => {
  outer: for (;;) {
    inner: for (;;) {
      try {
        break outer;
      } finally {
        continue inner;
      }
    }
  }
}
