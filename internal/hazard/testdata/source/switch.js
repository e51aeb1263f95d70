// what: a switch of sixty thousand cases
// want: completed 60000 | completed * | error timeout | error memory | error syntax
// timeoutMs: 10000
let n = 0;
switch (1) { /*repeat 60000 "case 1:n++;"*/ }
n
