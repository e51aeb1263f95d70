// what: throws undefined
// want: error code
// text: undefined
() => { throw undefined; }
