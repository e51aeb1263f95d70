// what: hostile names of methods
// want: error call
// text: not found
async () => await items["__proto__x"]()
