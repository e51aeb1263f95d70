// what: the then of the result throws
// want: error code
// text: then failed
() => ({ then() { throw new Error("then failed"); } })
