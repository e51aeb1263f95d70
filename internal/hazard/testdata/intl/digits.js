// what: a number with a hundred digits, for ever
// want: error timeout
() => { const f = new Intl.NumberFormat("en-US", { minimumFractionDigits: 100 }); for (;;) f.format(1 / 3); }
