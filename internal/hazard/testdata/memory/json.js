// what: parses what it stringified, doubled
// want: error memory
() => { let s = "[1]"; for (;;) s = JSON.stringify([JSON.parse(s), JSON.parse(s)]); }
