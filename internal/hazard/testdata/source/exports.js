// what: many exports
// want: error syntax | completed * | error code | error timeout
// timeoutMs: 10000
/*repeat 40000 "export {};\n"*/
