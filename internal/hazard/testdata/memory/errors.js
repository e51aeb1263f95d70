// what: keeps errors with their stacks
// want: error memory
() => { const a = []; for (;;) a.push(new Error("x".repeat(100) + a.length)); }
