// what: logs an array nested a hundred thousand levels deep
// want: completed 1 | error stack | error memory
() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; console.log(a); return 1; }
