// what: a conversion that converts itself
// want: error stack
() => { const o = { [Symbol.toPrimitive]: () => +o }; return +o; }
