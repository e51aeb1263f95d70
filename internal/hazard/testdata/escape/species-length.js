// what: an array whose species makes four gigabytes
// want: error memory | completed * | error code
() => { class A extends Array { static get [Symbol.species]() { return function () { return new Uint8Array(2 ** 32); }; } } return A.from([1, 2]).map((x) => x).length; }
