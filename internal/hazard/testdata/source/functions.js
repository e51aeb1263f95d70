// what: thirty thousand functions
// want: completed 1 | error timeout | error memory
// timeoutMs: 10000
/*repeat 30000 "function f(){return 1}\n"*/
f()
