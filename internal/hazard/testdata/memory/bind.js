// what: binds a function without end
// want: error memory
() => { let f = () => {}; for (;;) f = f.bind(null, 1, 2, 3); }
