// what: function types that return function types
// want: error syntax
type A = /*repeat 80000 "(a:1)=>"*/ void;
1
