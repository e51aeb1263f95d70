// what: an ArrayBuffer beyond what there can be
// want: error code
// text: Invalid array buffer length
() => new ArrayBuffer(2 ** 53 - 1).byteLength
