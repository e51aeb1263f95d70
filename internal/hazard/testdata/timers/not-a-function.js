// what: a timer of source text
// want: error code
// text: must be a function
() => setTimeout("globalThis.x = 1", 0)
