// what: ninety loops over async values inside of one another
// want: completed * | error syntax | error timeout | error memory
// timeoutMs: 15000
/*repeat 90 "for await (const x of []) {\n"*/ /*repeat 90 "}"*/
1
