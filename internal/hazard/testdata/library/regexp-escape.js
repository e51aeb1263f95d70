// what: escapes twenty million characters
// want: completed * | error memory
() => RegExp.escape("-".repeat(2e7)).length
