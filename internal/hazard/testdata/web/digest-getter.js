// what: a digest whose algorithm has a getter that never ends
// want: error timeout
async () => crypto.subtle.digest({ get name() { for (;;); } }, new Uint8Array(1))
