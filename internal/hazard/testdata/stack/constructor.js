// what: a constructor that constructs itself
// want: error stack
() => { class A { constructor() { new A(); } } return new A(); }
