// what: the digits of a very large big integer, in base 3
// want: error timeout | error memory
// timeoutMs: 1500
() => ((1n << 200000000n) - 1n).toString(3).length
