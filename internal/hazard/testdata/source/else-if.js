// what: a long chain of conditions
// want: error syntax
/*repeat 70000 "if(0);else "*/ 1
