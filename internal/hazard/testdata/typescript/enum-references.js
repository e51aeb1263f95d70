// what: an enum whose members are made of one another
// want: completed * | error syntax | error timeout | error memory
// timeoutMs: 10000
enum E { A = 1, B = A << 1, C = "x".length, D = B | C, /*repeat 20000 "F = A | B,"*/ }
E.D
