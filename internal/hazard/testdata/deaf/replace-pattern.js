// what: replace with a pattern that repeats the whole text a million times
// want: error memory
() => "a".repeat(1e6).replace(/a+/, "$&".repeat(1e6)).length
