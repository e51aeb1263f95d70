// what: asks for two gigabytes of random bytes
// want: error memory
() => crypto.getRandomValues(new Uint8Array(2 ** 31)).length
