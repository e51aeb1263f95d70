// what: clears what are no timers
// want: completed 1
() => { for (const x of [NaN, -1, 1e308, "1", {}, [], null, undefined, Symbol.iterator, 2 ** 53, clearTimeout]) clearTimeout(x); return 1; }
