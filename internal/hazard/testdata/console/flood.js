// what: logs in a loop without end
// want: error timeout
() => { for (;;) console.log("x"); }
