// what: a big integer of ten million digits
// want: error timeout | error memory
// timeoutMs: 1500
() => BigInt("9".repeat(1e7)) > 1n
