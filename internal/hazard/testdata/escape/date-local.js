// what: the time zone of the machine
// want: completed 0
() => new Date(2026, 6, 1).getTimezoneOffset()
