// what: many imports
// want: error syntax | error code
/*repeat 30000 "import 'a';\n"*/
