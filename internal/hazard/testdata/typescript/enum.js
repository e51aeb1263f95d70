// what: an enum of sixty thousand members
// want: completed * | error syntax | error timeout | error memory
// timeoutMs: 10000
enum E { /*repeat 60000 "A,"*/ }
1
