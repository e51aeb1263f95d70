// what: throws a function
// want: error code
() => { throw function f() {}; }
