// what: identifiers without end
// want: error timeout | error memory
() => { const all = new Set(); for (;;) all.add(crypto.randomUUID()); }
