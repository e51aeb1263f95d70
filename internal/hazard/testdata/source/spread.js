// what: spreads inside of spreads
// want: error syntax
() => /*repeat 100000 "[..."*/[]/*repeat 100000 "]"*/
