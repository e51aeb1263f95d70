// what: the constructor of async generators
// want: error code | error syntax
async () => { async function* g() {} return Object.getPrototypeOf(g).constructor("yield this")().next().constructor("return 1")(); }
