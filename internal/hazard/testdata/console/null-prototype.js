// what: logs an object that has no toString
// want: completed 1 | error code
() => { console.log(Object.create(null)); return 1; }
