// what: a source of three hundred calls
// want: completed 300
let n = 0;
/*repeat 300 "n += await items.echo(1);\n"*/
n
