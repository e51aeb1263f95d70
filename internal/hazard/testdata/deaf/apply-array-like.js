// what: apply with a hundred million arguments
// want: error memory
() => String.fromCharCode.apply(null, { length: 1e8 }).length
