// what: a loop that catches everything, and goes on in finally
// want: error timeout
() => {
  for (;;) {
    try {
      for (;;);
    } catch {
      continue;
    } finally {
      for (;;);
    }
  }
}
