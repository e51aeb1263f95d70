// what: a result of five megabytes, which is allowed
// want: completed *
// engine
() => "x".repeat(5e6)
