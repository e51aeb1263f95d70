// what: Array.from of an iterator whose next is native code and never done
// want: error memory
() => Array.from({ [Symbol.iterator]: () => ({ next: Object }) }).length
