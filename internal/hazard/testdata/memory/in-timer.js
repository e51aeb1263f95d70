// what: allocates without end in a timer's callback
// want: error memory
async () => { setTimeout(() => { const a = []; for (;;) a.push([a.length]); }, 1); await new Promise((r) => setTimeout(r, 10000)); }
