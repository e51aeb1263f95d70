// what: a timer that throws while the code waits
// want: error code
// text: in the timer
async () => { setTimeout(() => { throw new Error("in the timer"); }, 1); await new Promise((r) => setTimeout(r, 100)); }
