// what: locales that nobody has
// want: completed * | error code
() => [(1.5).toLocaleString("xx-invalid"), new Date(0).toLocaleString("de-DE", { timeZone: "Mars/Olympus" })]
