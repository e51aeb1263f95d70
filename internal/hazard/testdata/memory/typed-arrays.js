// what: keeps typed arrays of a megabyte
// want: error memory
() => { const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1)); }
