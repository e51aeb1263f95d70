// what: an error of a script that says where it is
// want: error code
// text: known is not defined
() => { return known.value; }
