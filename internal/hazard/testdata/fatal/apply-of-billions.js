// what: apply with four billion arguments
// want: error memory
() => Math.max.apply(null, { length: 2 ** 32 - 1 })
