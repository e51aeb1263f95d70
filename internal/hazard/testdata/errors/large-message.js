// what: an error with a message of ten megabytes
// want: error code
// text: xxxxxxxx
() => { throw new Error("x".repeat(1e7)); }
