// what: a disposable whose disposal never ends
// want: error timeout
() => {
  using x = { [Symbol.dispose]() { for (;;); } };
  return 1;
}
