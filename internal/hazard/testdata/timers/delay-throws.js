// what: a delay whose conversion throws
// want: error code
() => setTimeout(() => {}, { valueOf() { throw new Error("x"); } })
