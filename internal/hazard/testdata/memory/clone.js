// what: clones what it cloned, doubled
// want: error memory | error stack | error code
() => { let o = { a: 1 }; for (;;) o = structuredClone({ l: o, r: o }); }
