// what: a source of arrows that return arrows
// want: error syntax
/*repeat 320000 "a=>"*/1
