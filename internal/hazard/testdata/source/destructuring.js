// what: a pattern nested in itself
// want: error syntax
const /*repeat 200000 "{a:"*/ b /*repeat 200000 "}"*/ = 1
