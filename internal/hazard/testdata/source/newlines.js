// what: nothing but line ends, and then an error
// want: error code
// text: nothing is not defined
/*repeat 900000 "\n"*/
nothing.at.all
