// what: throws null
// want: error code
// text: null
() => { throw null; }
