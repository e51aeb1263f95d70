// what: a long chain of new
// want: error syntax
() => /*repeat 200000 "new "*/ Object
