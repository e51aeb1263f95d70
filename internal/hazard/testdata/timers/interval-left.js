// what: returns and leaves an interval behind
// want: completed 1
() => { setInterval(() => {}, 0); return 1; }
