// what: a class whose static block never ends
// want: error timeout
() => {
  class A { static { for (;;); } }
  return 1;
}
