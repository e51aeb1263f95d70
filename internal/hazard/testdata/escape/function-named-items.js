// what: a function with the name of a connector
// want: completed 5 | error code | error syntax
function items() { return 5; }
items()
