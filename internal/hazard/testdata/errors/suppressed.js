// what: disposals that all throw
// want: error code
() => { using a = { [Symbol.dispose]() { throw new Error("a"); } }; using b = { [Symbol.dispose]() { throw new Error("b"); } }; throw new Error("c"); }
