// what: keeps buffers that it never touches
// want: error memory
() => { const a = []; for (;;) a.push(new ArrayBuffer(1 << 26)); }
