// what: awaits nothing without end
// want: error timeout
async () => { for (;;) await 0; }
