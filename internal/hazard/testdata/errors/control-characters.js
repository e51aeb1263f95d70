// what: an error message with terminal sequences
// want: error code
() => { throw new Error("\u001b[2J\u001b]0;pwned\u0007\u0000\n\n\r"); }
