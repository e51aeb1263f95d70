// what: an iterator whose return never ends
// want: error timeout
() => {
  const it = { [Symbol.iterator]() { return this; }, next: () => ({ value: 1 }), return() { for (;;); } };
  for (const x of it) break;
  return 1;
}
