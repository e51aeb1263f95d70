// what: concat of an array-like object without end
// want: error memory | error timeout | error code
// timeoutMs: 1500
() => [].concat({ length: 2 ** 53 - 2, [Symbol.isConcatSpreadable]: true }).length
