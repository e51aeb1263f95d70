// what: a result of two hundred megabytes
// want: error memory
() => ["x".repeat(1e8), "y".repeat(1e8)]
