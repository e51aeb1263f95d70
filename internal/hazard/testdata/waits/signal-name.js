// what: a wait for a signal with a name of a megabyte
// want: error code
async () => codemode.waitFor("s".repeat(1e6))
