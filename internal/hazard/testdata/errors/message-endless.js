// what: an error whose message is a getter that never ends
// want: error timeout
() => { const e = new Error(); Object.defineProperty(e, "message", { get() { for (;;); } }); throw e; }
