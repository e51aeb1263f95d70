// what: eval spelt by escapes
// want: error code
() => \u0065val("1")
