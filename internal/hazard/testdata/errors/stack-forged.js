// what: an error whose stack is the script's invention
// want: error code
// text: m
() => { const e = new Error("m"); Object.defineProperty(e, "stack", { get() { for (;;); } }); throw e; }
