// what: a class with fifty thousand decorators
// want: completed * | error syntax | error timeout | error memory
// timeoutMs: 10000
const d = () => {};
/*repeat 50000 "@d "*/ class A {}
1
