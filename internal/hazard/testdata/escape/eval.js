// what: eval of an expression
// want: error code
// text: code cannot be made from text
() => eval("1+1")
