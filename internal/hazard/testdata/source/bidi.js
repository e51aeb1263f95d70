// what: text that reads in another order than it runs
// want: completed "user"
() => { const level = "user"; if (level !== "user/*repeat 1 "\u202e\u2066"*/// check/*repeat 1 "\u2069\u2066"*/") return level; return "admin"; }
