// what: throws an object whose toString and toJSON never end
// want: error timeout | error code
// timeoutMs: 1500
() => { throw { toString() { for (;;); }, toJSON() { for (;;); } }; }
