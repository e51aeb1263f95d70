// what: nothing but white space
// want: completed null
// bare
/*repeat 900000 " "*/
