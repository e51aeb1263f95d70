// what: a source with the line ends of other systems
// want: completed 3
// bare
const a = 1;/*repeat 1 "\r\n"*/const b = 2;/*repeat 1 "\r"*/a + b
