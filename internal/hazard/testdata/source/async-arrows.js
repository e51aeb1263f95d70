// what: async arrows inside of async arrows
// want: error syntax
/*repeat 90000 "async()=>"*/ 1
