// what: a private name that is no expression
// want: error syntax
// bare
#x
