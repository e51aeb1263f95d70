// what: assigns to codemode
// want: error code
() => { codemode = null; }
