// what: keeps strings of two bytes a letter
// want: error memory
() => { const a = []; for (let i = 0; ; i++) a.push("€" .repeat(100000) + i); }
