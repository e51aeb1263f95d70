// what: spreads a connector into an array
// want: error code
() => [...items]
