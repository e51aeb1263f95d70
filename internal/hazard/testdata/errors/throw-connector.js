// what: throws a connector
// want: error code
() => { throw items; }
