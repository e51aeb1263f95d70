// what: an error with a message of two hundred megabytes
// want: error memory
() => { throw new Error("x".repeat(2e8)); }
