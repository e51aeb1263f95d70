// what: recursion in what is logged
// want: error stack | completed null
() => { console.log({ toString() { return String(this); }, get x() { return this.x; } }); }
