// what: a long chain of yields
// want: error syntax
function* f() { /*repeat 150000 "yield "*/ 1 }
