// what: an error whose message is a getter that throws an error of the same kind
// want: error code
() => { const bad = () => { const e = new Error(); Object.defineProperty(e, "message", { get() { throw bad(); } }); return e; }; throw bad(); }
