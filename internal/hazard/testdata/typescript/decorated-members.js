// what: four thousand decorated members
// want: completed 1 | error syntax | error timeout | error memory
// timeoutMs: 15000
const d = (v) => v;
class A { /*repeat 4000 "@d m(){}\n"*/ }
1
