// what: looks for paths of the host in the stack of an error
// want: completed false
() => /\/(home|root|usr|go|tmp|work)\/|\.go:/.test(new Error("x").stack)
