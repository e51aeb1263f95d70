// what: an error without a prototype
// want: error code
() => { throw Object.setPrototypeOf(new Error("m"), null); }
