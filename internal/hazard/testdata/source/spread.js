// what: spreads inside of spreads
// want: error syntax
() => /*repeat 200000 "[..."*/[]/*repeat 200000 "]"*/
