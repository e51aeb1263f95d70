// what: replaceAll makes ten gigabytes out of two short strings
// want: error memory
() => "a".repeat(1e5).replaceAll("a", "b".repeat(1e5)).length
