// what: returns a connector
// want: completed {}
() => items
