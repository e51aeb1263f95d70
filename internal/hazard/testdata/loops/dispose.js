// what: a disposable whose disposal never ends
// want: error timeout | error code
() => {
  using x = { [Symbol.dispose]() { for (;;); } };
  return 1;
}
