// what: a source of byte order marks
// want: completed null | completed * | error syntax
// bare
/*repeat 300000 "\ufeff"*/
