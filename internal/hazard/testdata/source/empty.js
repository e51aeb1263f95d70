// what: nothing at all
// want: completed null
// bare
