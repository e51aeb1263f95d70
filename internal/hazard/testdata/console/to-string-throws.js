// what: logs an object whose toString and getters throw
// want: error code | completed 1
() => { console.log({ toString() { throw new Error("x"); }, get x() { throw new Error("y"); } }); return 1; }
