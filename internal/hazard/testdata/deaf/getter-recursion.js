// what: a getter that reads itself
// want: error stack
() => ({ get x() { return this.x; } }).x
