// what: an inline source map that is no source map
// want: completed * | error code | error syntax
text:
() => { throw new Error("x") }
//# sourceMappingURL=data:application/json;base64,/*repeat 100000 "AAAA"*/
