// what: declares codemode and a connector at the top of the source
// want: completed 3 | error syntax | error code
const codemode = 1;
var items = 2;
codemode + items
