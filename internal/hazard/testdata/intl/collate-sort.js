// what: sorts by locale what is long and nearly the same
// want: error timeout | error memory | completed *
() => Array.from({ length: 3000 }, (_, i) => "ä".repeat(20000) + (i * 7919 % 3000)).sort((a, b) => a.localeCompare(b)).length
