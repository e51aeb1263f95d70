// what: a million formatters
// want: error memory | error timeout | completed *
() => { const all = []; for (let i = 0; i < 1e6; i++) all.push(new Intl.DateTimeFormat("en-US", { dateStyle: "full" })); return all.length; }
