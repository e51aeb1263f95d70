// what: a Set of an iterator whose next is native code and never done
// want: error timeout | error code
() => new Set({ [Symbol.iterator]: () => ({ next: Object }) }).size
