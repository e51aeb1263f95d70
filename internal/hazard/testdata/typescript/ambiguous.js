// what: what could be arrows, nested, so that a parser tries again and again
// want: error syntax | completed *
const x = /*repeat 40 "(a = "*/1/*repeat 40 ")"*/;
