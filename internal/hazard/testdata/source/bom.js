// what: a source that begins with a byte order mark
// want: completed 2
// bare
/*repeat 1 "\ufeff"*/() => 1 + 1
