// what: logs symbols, big integers and null objects
// want: completed 1
() => { console.log(Symbol("x"), 1n, null, undefined, Object.create(null, {})?.x); return 1; }
