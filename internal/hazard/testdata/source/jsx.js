// what: markup in the source
// want: error syntax
() => /*repeat 100000 "<a>"*/
