// what: what was printed is kept when the memory runs out
// want: error memory
() => { console.log("before the end"); const a = []; for (;;) a.push([a.length]); }
