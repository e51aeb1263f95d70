// what: an ArrayBuffer beyond what there can be
// want: error code
// text: too large
() => new ArrayBuffer(2 ** 53 - 1).byteLength
