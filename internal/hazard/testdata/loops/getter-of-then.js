// what: a then whose getter never ends
// want: error timeout
async () => await { get then() { for (;;); } }
