// what: native code that uses up its CPU time
// want: error cpu
// limits: {"cpuMs": 300}
() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)
