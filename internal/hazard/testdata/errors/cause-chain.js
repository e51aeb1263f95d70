// what: an error with a chain of a hundred thousand causes
// want: error code
() => { let e = new Error("first"); for (let i = 0; i < 1e5; i++) e = new Error("e", { cause: e }); throw e; }
