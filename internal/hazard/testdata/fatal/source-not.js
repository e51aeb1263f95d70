// what: a source of negations
// want: error syntax
/*repeat 990000 "!"*/1
