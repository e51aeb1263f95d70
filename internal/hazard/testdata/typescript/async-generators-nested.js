// what: eighty async generators inside of one another, which are lowered
// want: completed * | error syntax | error timeout | error memory
// timeoutMs: 15000
/*repeat 80 "async function* f(){ for await (const x of []) ;\n"*/ /*repeat 80 "}"*/
1
