// what: sets a typed array from an array-like object without end
// want: error code
() => new Uint8Array(8).set({ length: 2 ** 53 - 1 })
