// what: recursion in the message of what is thrown
// want: error stack | error code
() => { const e = new Error("x"); Object.defineProperty(e, "message", { get() { return this.message; } }); throw e; }
