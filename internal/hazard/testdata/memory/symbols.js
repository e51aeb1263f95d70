// what: symbols without end in the registry
// want: error memory
() => { for (let i = 0; ; i++) Symbol.for("s" + i + "x".repeat(1000)); }
