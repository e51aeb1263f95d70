// what: an error with a name of ten megabytes and no message
// want: error code
() => { const e = new Error(); e.name = "N".repeat(1e7); throw e; }
