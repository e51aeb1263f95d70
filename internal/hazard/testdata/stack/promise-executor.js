// what: promise executors inside of one another
// want: error stack
() => { const f = () => new Promise(() => f()); return f(); }
