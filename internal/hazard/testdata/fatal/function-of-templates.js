// what: new Function with a million nested templates
// want: error code
// text: code cannot be made from text
() => new Function("`${".repeat(1e6))()
