// what: two to the power of a trillion
// want: error timeout | error memory
// timeoutMs: 1500
() => (2n ** 10n ** 12n > 1n)
