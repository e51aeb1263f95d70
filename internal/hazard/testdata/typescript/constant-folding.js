// what: constants that a transformer could fold into gigabytes
// want: completed * | error syntax | error timeout | error memory | error code
// timeoutMs: 10000
const a = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
const b = a + a + a + a + a + a + a + a, c = b + b + b + b + b + b + b + b, d = c + c + c + c + c + c + c + c;
const e = d + d + d + d + d + d + d + d, f = e + e + e + e + e + e + e + e, g = f + f + f + f + f + f + f + f;
(g + g).length
