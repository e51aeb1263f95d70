// what: an ArrayBuffer of a terabyte
// want: error memory
() => new ArrayBuffer(2 ** 40).byteLength
