// what: a long chain of conditions
// want: error syntax | completed null | error stack | error memory
/*repeat 70000 "if(0);else "*/ 1
