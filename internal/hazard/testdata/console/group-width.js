// what: lines inside of groups, whose indentation is longer than they are
// want: completed 1 | error memory | error timeout
() => { for (let i = 0; i < 3000; i++) { console.group(); console.log("x\ny"); } return 1; }
