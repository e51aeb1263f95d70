// what: process
// want: error code
// text: process is not defined
() => process.exit(1)
