// what: a million groups inside of one another
// want: completed 1 | error memory | error timeout
() => { for (let i = 0; i < 1e6; i++) console.group(); console.log("x"); return 1; }
