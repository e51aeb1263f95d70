// what: an error whose name is an object that cannot be a string
// want: error code
() => { const e = new Error("m"); e.name = Object.create(null); throw e; }
