// what: what could be arrows, nested, so that a parser tries again and again
// want: error syntax | completed *
// timeoutMs: 6000
const x = /*repeat 40 "(a = "*/1/*repeat 40 ")"*/;
