// what: a big integer shifted by a trillion bits
// want: error memory
() => String(1n << 10n ** 12n).length
