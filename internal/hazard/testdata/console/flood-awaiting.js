// what: logs and awaits in a loop without end
// want: error timeout
async () => { for (;;) { console.log("x"); await 0; } }
