// what: many directives
// want: completed * | error syntax | error timeout
// timeoutMs: 10000
/*repeat 70000 "'use strict';"*/
