// what: an error message of halves of surrogate pairs
// want: error code
() => { throw new Error("\ud800".repeat(10)); }
