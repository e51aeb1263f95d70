// what: sorts a large typed array again and again
// want: error timeout
() => {
  const a = new Float64Array(4e6);
  for (;;) {
    for (let i = 0; i < 100; i++) a[i] = i % 7;
    a.sort().reverse();
  }
}
