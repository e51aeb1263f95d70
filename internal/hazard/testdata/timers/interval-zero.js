// what: an interval of no time at all
// want: error timeout
async () => { setInterval(() => {}, 0); await new Promise(() => {}); }
