// what: a subclass of Function
// want: error code
() => { class F extends Function { constructor() { super("return globalThis"); } } return new F()(); }
