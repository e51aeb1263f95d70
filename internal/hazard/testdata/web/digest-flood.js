// what: digests without end
// want: error timeout | error memory
async () => { for (;;) await crypto.subtle.digest("SHA-512", new Uint8Array(1e6)); }
