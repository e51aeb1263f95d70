// what: require
// want: error code
// text: require is not defined
() => require("child_process")
