// what: a result nested two thousand levels deep
// want: completed *
// engine
() => { let a = 1; for (let i = 0; i < 2000; i++) a = [a]; return a; }
