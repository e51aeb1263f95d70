// what: a pattern nested in itself
// want: error syntax
const /*repeat 300000 "{a:"*/ b /*repeat 300000 "}"*/ = 1
