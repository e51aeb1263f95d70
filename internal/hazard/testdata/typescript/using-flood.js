// what: ninety nested blocks of disposables
// want: completed * | error syntax | error timeout | error memory
// timeoutMs: 15000
/*repeat 90 "{ using a = null;\n"*/ /*repeat 90 "}"*/
1
