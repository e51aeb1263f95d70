// what: keeps dates
// want: error memory
() => { const a = []; for (;;) a.push(new Date(a.length)); }
