// what: identifiers that are none
// want: error syntax
() => { const 💥 = 1; return 💥; }
