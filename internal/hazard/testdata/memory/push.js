// what: pushes numbers without end
// want: error memory
() => { const a = []; for (;;) a.push(a.length + 0.5); }
