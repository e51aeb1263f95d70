// what: structuredClone of a proxy that throws
// want: error code
() => structuredClone(new Proxy({}, { ownKeys() { throw new Error("no"); } }))
