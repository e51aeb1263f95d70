// what: ten million strings of one letter
// want: error memory
() => "x".repeat(1e7).split("").length
