// what: three to the power of a hundred million
// want: error timeout | error memory
// timeoutMs: 1500
() => String(3n ** 10n ** 8n).length
