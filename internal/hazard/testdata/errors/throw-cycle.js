// what: throws an object that contains itself
// want: error code
() => { const o = {}; o.o = o; throw o; }
