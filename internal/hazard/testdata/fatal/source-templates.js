// what: a source of templates nested in their own holes
// want: error syntax
/*repeat 240000 "`${"*/1/*repeat 80000 "}`"*/
