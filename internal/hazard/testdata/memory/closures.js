// what: closures that hold one another
// want: error memory
() => { let f = () => 0; for (;;) { const g = f; f = () => g; } }
