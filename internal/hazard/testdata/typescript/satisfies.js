// what: a chain of assertions
// want: error syntax | completed 1
1 /*repeat 60000 "as any "*/
