// what: a digest of a hundred megabytes
// want: error memory | completed 32
async () => (await crypto.subtle.digest("SHA-256", new Uint8Array(1e8))).byteLength
