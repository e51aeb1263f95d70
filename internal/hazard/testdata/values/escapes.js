// what: a result that is six times as long in JSON
// want: completed * | error memory
// engine
() => "\u0001".repeat(5e6)
